/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.server.Server;
import io.lunette.core.volume.AccessMode;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Keys;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.Link;
import io.lunette.smis.provider.model.Model;
import io.lunette.smis.provider.model.Views.Unit;
import io.lunette.smis.provider.model.Views.View;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Who sees what: SMI-S profile Masking and Mapping, both with the privileges of old and with the
 * association of 1.6. Group masking is not offered: clients that find both use it alone, and what
 * it adds, groups that outlive what is in them, Lunette does not have.
 */
final class MaskingViews {

  private static final String HARDWARE_ID_CLASS = "LUNETTE_StorageHardwareID";
  private static final int ISCSI_TYPE = 5;
  private static final int VALID_ISCSI = 5;
  private static final int SHARED_PORTS = 4;
  private static final int NAME_FORMAT_OTHER = 1;
  private static final long ALL_UNITS = 65_535;
  private static final List<Long> READ_AND_WRITE = List.of(5L, 6L);

  final Kind<View> views;
  final Kind<Server> hardwareIds;
  private final Kind<View> privileges;

  MaskingViews(
      Model model,
      ArraySystem array,
      StorageVolumes volumes,
      IscsiPorts ports,
      PathChanges changes,
      HardwareIds ids) {
    Kind<Estate> controllers =
        array.service("LUNETTE_ControllerConfigurationService", "ControllerConfigurationService");
    Kind<Estate> management =
        array.service(
            "LUNETTE_StorageHardwareIDManagementService", "StorageHardwareIDManagementService");
    array.capabilities(
        "LUNETTE_ProtocolControllerMaskingCapabilities",
        "masking",
        (estate, unused, instance) -> describeCapabilities(instance),
        array.system,
        controllers);
    this.hardwareIds =
        model.add(
            Kind.of(
                HARDWARE_ID_CLASS,
                (estate, server) -> Keys.instance("server:" + server.name()),
                estate -> estate.servers().stream(),
                (estate, server, instance) ->
                    instance
                        .set("ElementName", server.name().value())
                        .set("StorageID", server.initiator().value())
                        .set("IDType", ISCSI_TYPE)));
    this.views =
        model.add(
            Kind.<View>of(
                    IscsiPorts.NODE_CLASS,
                    (estate, view) -> Keys.device(estate, IscsiPorts.NODE_CLASS, view.id()),
                    estate -> estate.views().all().stream(),
                    MaskingViews::describe)
                .foundBy((estate, path) -> estate.views().find(path.key("DeviceID"))));
    this.privileges =
        model.add(
            Kind.of(
                "LUNETTE_AuthorizedPrivilege",
                (estate, view) -> Keys.instance("privilege:" + view.id()),
                estate -> estate.views().all().stream(),
                (estate, view, instance) ->
                    instance
                        .set("ElementName", view.id())
                        .set("PrivilegeGranted", true)
                        .set("Activities", READ_AND_WRITE)));
    array.devices(views);
    associateUnits(model, volumes);
    associateSubjects(model);
    model
        .associate("LUNETTE_SAPAvailableForElement", "AvailableSAP", "ManagedElement")
        .several(
            views,
            (estate, view) ->
                ports.paths(estate).map(port -> new Link(port, views.path(estate, view))));
    model
        .associate("LUNETTE_ConcreteDependency", "Antecedent", "Dependent")
        .each(
            views,
            (estate, view) -> new Link(controllers.path(estate, estate), views.path(estate, view)))
        .each(
            hardwareIds,
            (estate, server) ->
                new Link(management.path(estate, estate), hardwareIds.path(estate, server)));
    model.method(controllers, "ExposePaths", call -> changes.expose(call, this));
    model.method(controllers, "HidePaths", call -> changes.hide(call, this));
    model.editor(IscsiPorts.NODE_CLASS, changes);
    model.method(management, "CreateStorageHardwareID", call -> ids.create(call, this));
    model.method(management, "DeleteStorageHardwareID", call -> ids.delete(call, this));
    model.editor(HARDWARE_ID_CLASS, ids);
  }

  private void associateUnits(Model model, StorageVolumes volumes) {
    model
        .associate("LUNETTE_ProtocolControllerForUnit", "Antecedent", "Dependent")
        .several(
            views,
            (estate, view) -> view.units().stream().map(unit -> unit(volumes, estate, view, unit)));
  }

  private Link unit(StorageVolumes volumes, Estate estate, View view, Unit unit) {
    return new Link(
        views.path(estate, view),
        volumes.path(estate, unit.volume()),
        Map.of(
            "DeviceNumber",
            String.format(Locale.ROOT, "%04X", unit.lun()),
            "DeviceAccess",
            unit.mode() == AccessMode.READ_ONLY ? PathChanges.READ_ONLY : PathChanges.READ_WRITE));
  }

  private void associateSubjects(Model model) {
    model
        .associate("LUNETTE_AuthorizedTarget", "Privilege", "TargetElement")
        .each(
            views,
            (estate, view) -> new Link(privileges.path(estate, view), views.path(estate, view)));
    model
        .associate("LUNETTE_AuthorizedSubject", "Privilege", "PrivilegedElement")
        .several(
            privileges,
            (estate, view) ->
                subjects(estate, view)
                    .map(subject -> new Link(privileges.path(estate, view), subject)));
    model
        .associate("LUNETTE_AssociatedPrivilege", "Subject", "Target")
        .several(
            views,
            (estate, view) ->
                subjects(estate, view)
                    .map(
                        subject ->
                            new Link(
                                subject,
                                views.path(estate, view),
                                Map.of(
                                    "UseKey",
                                    view.id(),
                                    "PrivilegeGranted",
                                    true,
                                    "Activities",
                                    READ_AND_WRITE))));
  }

  private Stream<ObjectPath> subjects(Estate estate, View view) {
    return view.members().stream().map(server -> hardwareIds.path(estate, server));
  }

  private static void describe(Estate estate, View view, CimInstance instance) {
    String members =
        String.join(", ", view.members().stream().map(each -> each.name().value()).toList());
    ArraySystem.healthy(instance)
        .set("ElementName", (view.isOurs() ? "allocated to " : "") + members)
        .set("Name", view.id())
        .set("NameFormat", NAME_FORMAT_OTHER)
        .set("OtherNameFormat", "Lunette view")
        .set("MaxUnitsControlled", 16_384);
  }

  private static void describeCapabilities(CimInstance instance) {
    instance
        .numbers("ValidHardwareIdTypes", VALID_ISCSI)
        .set("PortsPerView", SHARED_PORTS)
        .set("ClientSelectableDeviceNumbers", true)
        .set("OneHardwareIDPerView", false)
        .set("PrivilegeDeniedSupported", false)
        .set("UniqueUnitNumbersPerPort", false)
        .set("ProtocolControllerSupportsCollections", false)
        .set("ExposePathsSupported", true)
        .set("AttachDeviceSupported", false)
        .set("CreateProtocolControllerSupported", false)
        .set("MaximumMapCount", ALL_UNITS)
        .set("SPCAllowsNoLUs", false)
        .set("SPCAllowsNoTargets", false)
        .set("SPCAllowsNoInitiators", false)
        .set("SPCSupportsDefaultViews", false);
  }
}

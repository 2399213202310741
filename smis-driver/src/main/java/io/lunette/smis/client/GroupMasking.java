/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.metricshub.wbem.javax.cim.CIMArgument;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * Masking by CIM_GroupMaskingMappingService (SMI-S Group Masking and Mapping): a group of
 * initiators, one of target ports and one of volumes make a view. Each initiator has a view and
 * groups of its own, whose names follow from it, so that what an interrupted call left is found and
 * used. Thread-safe.
 */
final class GroupMasking implements ArrayMasking {

  private static final int INITIATORS = 2;
  private static final int TARGETS = 3;
  private static final int DEVICES = 4;
  private static final String[] CLASSES = {
    "", "", "CIM_InitiatorMaskingGroup", "CIM_TargetMaskingGroup", "CIM_DeviceMaskingGroup"
  };

  private final CimSession session;
  private final MethodCalls calls;
  private final ArrayModel model;
  private final CIMObjectPath service;
  private final HardwareIds hardwareIds;
  private final TargetPorts ports;

  private GroupMasking(
      CimSession session,
      MethodCalls calls,
      ArrayModel model,
      CIMObjectPath service,
      HardwareIds hardwareIds,
      TargetPorts ports) {
    this.session = session;
    this.calls = calls;
    this.model = model;
    this.service = service;
    this.hardwareIds = hardwareIds;
    this.ports = ports;
  }

  static Optional<ArrayMasking> discover(
      CimSession session,
      MethodCalls calls,
      ArrayModel model,
      HardwareIds hardwareIds,
      TargetPorts ports) {
    return model
        .grouping()
        .map(ArrayModel::path)
        .map(each -> new GroupMasking(session, calls, model, each, hardwareIds, ports));
  }

  @Override
  public String describe() {
    return "Group Masking and Mapping";
  }

  @Override
  public boolean takesNumbers() {
    return true;
  }

  @Override
  public void show(
      StorageVolume volume,
      InitiatorName initiator,
      AccessMode mode,
      OptionalInt lun,
      List<MaskingView> views)
      throws CimFault {
    if (mode == AccessMode.READ_ONLY) {
      throw new CimFault(
          CimFault.Kind.STATUS,
          CimFault.NOT_SUPPORTED,
          "masking by groups knows no read-only access");
    }
    Optional<MaskingView> own =
        views.stream()
            .filter(each -> each.isOnlyOf(initiator) && each.deviceGroup().isPresent())
            .findFirst();
    if (own.isPresent()) {
      add(own.get().deviceGroup().get(), volume, lun);
    } else {
      createView(volume, initiator, lun);
    }
  }

  private void add(CIMObjectPath group, StorageVolume volume, OptionalInt lun) throws CimFault {
    List<CIMArgument<?>> arguments = new ArrayList<>();
    arguments.add(Cim.reference("MaskingGroup", group));
    arguments.add(Cim.references("Members", volume.path()));
    lun.ifPresent(number -> arguments.add(numbers(number)));
    calls.call(service, "AddMembers", JobWatch.NONE, arguments.toArray(new CIMArgument<?>[0]));
  }

  private static CIMArgument<?> numbers(int lun) {
    return Cim.texts("DeviceNumbers", ExposePathsMasking.hexadecimal(lun));
  }

  private void createView(StorageVolume volume, InitiatorName initiator, OptionalInt lun)
      throws CimFault {
    CIMObjectPath id =
        hardwareIds
            .ensure(initiator)
            .map(HardwareIds.HardwareId::path)
            .orElseThrow(
                () ->
                    new CimFault(
                        CimFault.Kind.STATUS,
                        CimFault.NOT_SUPPORTED,
                        "it does not take initiator " + initiator));
    CIMObjectPath[] endpoints =
        ports.known().stream().map(TargetPorts.Port::path).distinct().toArray(CIMObjectPath[]::new);
    if (endpoints.length == 0) {
      throw new CimFault(
          CimFault.Kind.STATUS, CimFault.NOT_SUPPORTED, "it has no iSCSI target port");
    }
    String suffix = suffix(initiator);
    List<CIMArgument<?>> arguments = new ArrayList<>();
    arguments.add(Cim.text("ElementName", "lntv" + suffix));
    arguments.add(Cim.reference("InitiatorMaskingGroup", ensure(INITIATORS, "lnti" + suffix, id)));
    arguments.add(Cim.reference("TargetMaskingGroup", ensure(TARGETS, "lntt" + suffix, endpoints)));
    arguments.add(
        Cim.reference("DeviceMaskingGroup", ensure(DEVICES, "lntd" + suffix, volume.path())));
    lun.ifPresent(number -> arguments.add(numbers(number)));
    calls.call(
        service, "CreateMaskingView", JobWatch.NONE, arguments.toArray(new CIMArgument<?>[0]));
  }

  private static String suffix(InitiatorName initiator) {
    byte[] bytes = initiator.value().getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(bytes).toString().replace("-", "").substring(0, 12);
  }

  /** The group of that name with exactly these members; one from a former call is made anew. */
  private CIMObjectPath ensure(int type, String name, CIMObjectPath... members) throws CimFault {
    Optional<CIMObjectPath> former = find(type, name);
    if (former.isPresent()) {
      deleteGroup(former.get());
    }
    MethodCalls.Outcome made =
        calls.call(
            service,
            "CreateGroup",
            JobWatch.NONE,
            Cim.text("GroupName", name),
            Cim.uint16("Type", type),
            Cim.references("Members", members));
    Optional<CIMObjectPath> told =
        made.result().reference("MaskingGroup").map(each -> Cim.in(model.namespace(), each));
    if (told.isPresent()) {
      return told.get();
    }
    return find(type, name)
        .orElseThrow(
            () ->
                new CimFault(CimFault.Kind.NO_ANSWER, 0, "the group '" + name + "' was not made"));
  }

  private Optional<CIMObjectPath> find(int type, String name) throws CimFault {
    for (CIMInstance each : session.enumerateKnown(model.namespace(), CLASSES[type])) {
      if (Cim.text(each, "ElementName").filter(name::equalsIgnoreCase).isPresent()) {
        return Optional.of(Cim.local(each.getObjectPath()));
      }
    }
    return Optional.empty();
  }

  @Override
  public void hide(StorageVolume volume, MaskingView view) throws CimFault {
    CIMObjectPath devices =
        view.deviceGroup()
            .orElseThrow(
                () ->
                    new CimFault(
                        CimFault.Kind.STATUS,
                        CimFault.NOT_SUPPORTED,
                        "a view without a group of volumes shows it"));
    if (view.units().size() > 1) {
      calls.call(
          service,
          "RemoveMembers",
          JobWatch.NONE,
          Cim.reference("MaskingGroup", devices),
          Cim.references("Members", volume.path()));
      return;
    }
    calls.call(
        service,
        "DeleteMaskingView",
        JobWatch.NONE,
        Cim.reference("ProtocolController", view.path()));
    deleteGroup(devices);
    if (view.initiatorGroup().isPresent()) {
      deleteGroup(view.initiatorGroup().get());
    }
  }

  private void deleteGroup(CIMObjectPath group) throws CimFault {
    try {
      calls.call(
          service,
          "DeleteGroup",
          JobWatch.NONE,
          Cim.reference("MaskingGroup", group),
          Cim.flag("Force", true));
    } catch (CimFault e) {
      if (!e.isStatus(CimFault.NOT_FOUND)) {
        throw e;
      }
    }
  }
}

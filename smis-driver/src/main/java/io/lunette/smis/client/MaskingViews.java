/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.AccessMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * Reads all masking views of an array by a number of round trips that does not depend on how many
 * there are. Who has a view is told in three ways, and arrays choose: by AssociatedPrivilege, by an
 * AuthorizedPrivilege between, or by a group of initiators.
 */
final class MaskingViews {

  private static final int READ_ONLY = 3;
  private static final int NO_ACCESS = 4;

  private final CimSession session;
  private final ArrayModel model;
  private final HardwareIds hardwareIds;
  private final Map<String, CIMObjectPath> paths = new LinkedHashMap<>();
  private final Map<String, Set<String>> initiators = new HashMap<>();
  private final Map<String, List<MaskingView.Unit>> units = new HashMap<>();
  private final Map<String, Set<String>> ports = new HashMap<>();
  private final Map<String, CIMObjectPath> deviceGroups = new HashMap<>();
  private final Map<String, CIMObjectPath> initiatorGroups = new HashMap<>();

  private MaskingViews(CimSession session, ArrayModel model, HardwareIds hardwareIds) {
    this.session = session;
    this.model = model;
    this.hardwareIds = hardwareIds;
  }

  static List<MaskingView> read(CimSession session, ArrayModel model, HardwareIds hardwareIds)
      throws CimFault {
    MaskingViews reader = new MaskingViews(session, model, hardwareIds);
    reader.readUnits();
    reader.readInitiators();
    reader.readPorts();
    List<MaskingView> views = new ArrayList<>();
    reader.paths.forEach((identity, path) -> views.add(reader.view(identity, path)));
    return views;
  }

  private MaskingView view(String identity, CIMObjectPath path) {
    return new MaskingView(
        path,
        initiators.getOrDefault(identity, Set.of()),
        units.getOrDefault(identity, List.of()),
        ports.getOrDefault(identity, Set.of()),
        Optional.ofNullable(deviceGroups.get(identity)),
        Optional.ofNullable(initiatorGroups.get(identity)));
  }

  private List<CIMInstance> all(String className) throws CimFault {
    return session.enumerateKnown(model.namespace(), className);
  }

  private String note(CIMObjectPath view) {
    String identity = Cim.identity(view);
    paths.putIfAbsent(identity, Cim.in(model.namespace(), view));
    return identity;
  }

  private void readUnits() throws CimFault {
    for (CIMInstance each : all("CIM_ProtocolControllerForUnit")) {
      Optional<CIMObjectPath> view = Cim.reference(each, "Antecedent");
      Optional<CIMObjectPath> volume = Cim.reference(each, "Dependent");
      OptionalInt lun =
          Cim.text(each, "DeviceNumber").map(MaskingViews::number).orElse(OptionalInt.empty());
      long access = Cim.number(each, "DeviceAccess").orElse(0);
      if (view.isPresent() && volume.isPresent() && access != NO_ACCESS) {
        AccessMode mode = access == READ_ONLY ? AccessMode.READ_ONLY : AccessMode.READ_WRITE;
        units
            .computeIfAbsent(note(view.get()), unused -> new ArrayList<>())
            .add(new MaskingView.Unit(Cim.in(model.namespace(), volume.get()), lun, mode));
      }
    }
  }

  /** DeviceNumber is hexadecimal. */
  static OptionalInt number(String hexadecimal) {
    String digits = hexadecimal.toLowerCase(Locale.ROOT).replaceFirst("^0x", "").strip();
    return digits.matches("[0-9a-f]{1,7}")
        ? OptionalInt.of(Integer.parseInt(digits, 16))
        : OptionalInt.empty();
  }

  private void readInitiators() throws CimFault {
    Map<String, String> ids = new HashMap<>();
    for (CIMInstance each : hardwareIds.all()) {
      Cim.text(each, "StorageID")
          .ifPresent(
              id -> ids.put(Cim.identity(each.getObjectPath()), id.toLowerCase(Locale.ROOT)));
    }
    for (CIMInstance each : all("CIM_AssociatedPrivilege")) {
      relate(Cim.reference(each, "Target"), Cim.reference(each, "Subject"), ids);
    }
    Map<String, List<CIMObjectPath>> subjects = new HashMap<>();
    for (CIMInstance each : all("CIM_AuthorizedSubject")) {
      Optional<CIMObjectPath> privilege = Cim.reference(each, "Privilege");
      Optional<CIMObjectPath> subject = Cim.reference(each, "PrivilegedElement");
      if (privilege.isPresent() && subject.isPresent()) {
        subjects
            .computeIfAbsent(Cim.identity(privilege.get()), unused -> new ArrayList<>())
            .add(subject.get());
      }
    }
    for (CIMInstance each : all("CIM_AuthorizedTarget")) {
      Optional<CIMObjectPath> privilege = Cim.reference(each, "Privilege");
      Optional<CIMObjectPath> view = Cim.reference(each, "TargetElement");
      for (CIMObjectPath subject :
          privilege.map(p -> subjects.getOrDefault(Cim.identity(p), List.of())).orElse(List.of())) {
        relate(view, Optional.of(subject), ids);
      }
    }
    if (model.grouping().isPresent()) {
      readGroups(ids);
    }
  }

  private void relate(
      Optional<CIMObjectPath> view, Optional<CIMObjectPath> subject, Map<String, String> ids) {
    if (view.isPresent() && subject.isPresent()) {
      String id = ids.get(Cim.identity(subject.get()));
      if (id != null) {
        initiators.computeIfAbsent(note(view.get()), unused -> new HashSet<>()).add(id);
      }
    }
  }

  private void readGroups(Map<String, String> ids) throws CimFault {
    Map<String, List<CIMObjectPath>> members = new HashMap<>();
    for (CIMInstance each : all("CIM_MemberOfCollection")) {
      Optional<CIMObjectPath> group = Cim.reference(each, "Collection");
      Optional<CIMObjectPath> member = Cim.reference(each, "Member");
      if (group.isPresent() && member.isPresent()) {
        members
            .computeIfAbsent(Cim.identity(group.get()), unused -> new ArrayList<>())
            .add(member.get());
      }
    }
    for (CIMInstance each : all("CIM_AssociatedInitiatorMaskingGroup")) {
      Optional<CIMObjectPath> view = Cim.reference(each, "Antecedent");
      Optional<CIMObjectPath> group = Cim.reference(each, "Dependent");
      if (view.isPresent() && group.isPresent()) {
        initiatorGroups.put(note(view.get()), Cim.in(model.namespace(), group.get()));
        for (CIMObjectPath member : members.getOrDefault(Cim.identity(group.get()), List.of())) {
          relate(view, Optional.of(member), ids);
        }
      }
    }
    for (CIMInstance each : all("CIM_AssociatedDeviceMaskingGroup")) {
      Optional<CIMObjectPath> view = Cim.reference(each, "Antecedent");
      Optional<CIMObjectPath> group = Cim.reference(each, "Dependent");
      if (view.isPresent() && group.isPresent()) {
        deviceGroups.put(note(view.get()), Cim.in(model.namespace(), group.get()));
      }
    }
  }

  private void readPorts() throws CimFault {
    for (CIMInstance each : all("CIM_SAPAvailableForElement")) {
      Optional<CIMObjectPath> view = Cim.reference(each, "ManagedElement");
      Optional<CIMObjectPath> port = Cim.reference(each, "AvailableSAP");
      if (view.isPresent() && port.isPresent() && paths.containsKey(Cim.identity(view.get()))) {
        ports
            .computeIfAbsent(Cim.identity(view.get()), unused -> new HashSet<>())
            .add(Cim.identity(port.get()));
      }
    }
  }
}

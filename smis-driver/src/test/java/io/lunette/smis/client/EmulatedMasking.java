/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Hardware ids, views, groups and target ports of the emulated array. The caller holds the array's
 * lock.
 */
final class EmulatedMasking {

  private final Flavour flavour;
  private final EmulatedVolumes volumes;
  private final Set<String> ids = new LinkedHashSet<>();
  private final Map<String, View> views = new LinkedHashMap<>();
  private final Map<String, Group> groups = new LinkedHashMap<>();
  private int next = 1;

  private record Unit(int lun, int access) {}

  private static final class View {
    final Set<String> initiators = new LinkedHashSet<>();
    final Map<String, Unit> units = new LinkedHashMap<>();
    final List<String> groups = new ArrayList<>();
  }

  private record Group(int type, String name, List<String> members) {}

  EmulatedMasking(Flavour flavour, EmulatedVolumes volumes) {
    this.flavour = flavour;
    this.volumes = volumes;
    volumes.mapped = device -> views.values().stream().anyMatch(v -> v.units.containsKey(device));
  }

  /** The volume that an initiator sees under a number, or null. */
  String seen(String initiator, int lun) {
    for (View view : views.values()) {
      if (view.initiators.contains(initiator)) {
        for (Map.Entry<String, Unit> unit : view.units.entrySet()) {
          if (unit.getValue().lun() == lun) {
            return unit.getKey();
          }
        }
      }
    }
    return null;
  }

  int viewCount() {
    return views.size();
  }

  int groupCount() {
    return groups.size();
  }

  private EmulatedObject object(String cimClass) {
    return new EmulatedObject(flavour.prefix(), cimClass);
  }

  private EmulatedObject id(String storageId) {
    return object("CIM_StorageHardwareID")
        .key("InstanceID", "id:" + storageId)
        .uint16("IDType", 5)
        .text("StorageID", storageId);
  }

  private EmulatedObject view(String id) {
    return device("CIM_SCSIProtocolController", id);
  }

  private EmulatedObject device(String cimClass, String id) {
    return object(cimClass)
        .key("SystemCreationClassName", flavour.prefix() + "_ComputerSystem")
        .key("SystemName", EmulatedArray.SYSTEM)
        .key("CreationClassName", cimClass.replaceFirst("^CIM", flavour.prefix()))
        .key("DeviceID", id);
  }

  private EmulatedObject group(String id) {
    Group group = groups.get(id);
    String cimClass =
        List.of("CIM_InitiatorMaskingGroup", "CIM_TargetMaskingGroup", "CIM_DeviceMaskingGroup")
            .get(group.type() - 2);
    return object(cimClass).key("InstanceID", id).text("ElementName", group.name());
  }

  private EmulatedObject endpoint(String cimClass, String name) {
    return object(cimClass)
        .key("SystemCreationClassName", flavour.prefix() + "_ComputerSystem")
        .key("SystemName", EmulatedArray.SYSTEM)
        .key("CreationClassName", cimClass.replaceFirst("^CIM", flavour.prefix()))
        .key("Name", name);
  }

  private EmulatedObject iscsi() {
    return endpoint("CIM_iSCSIProtocolEndpoint", EmulatedArray.TARGET + ",t,0x0001")
        .uint16("Role", 3);
  }

  private EmulatedObject tcp() {
    return endpoint("CIM_TCPProtocolEndpoint", "tcp").put("PortNumber", "uint32", 3260L);
  }

  private EmulatedObject ip() {
    return endpoint("CIM_IPProtocolEndpoint", "ip").text("IPv4Address", "192.0.2.1");
  }

  private EmulatedObject association(
      String cimClass, String one, EmulatedObject first, String other, EmulatedObject second) {
    return object(cimClass).key(one, first.path()).key(other, second.path());
  }

  /** Instances of a class; a class that this flavour does not have is invalid. */
  List<EmulatedObject> all(String cimClass) throws EmulatedArray.Refusal {
    List<EmulatedObject> found = new ArrayList<>();
    switch (cimClass) {
      case "CIM_StorageHardwareIDManagementService" ->
          found.add(EmulatedVolumes.service(flavour.prefix(), cimClass));
      case "CIM_StorageHardwareID" -> ids.forEach(each -> found.add(id(each)));
      case "CIM_iSCSIProtocolEndpoint" -> found.add(iscsi());
      case "CIM_TCPProtocolEndpoint" -> found.add(tcp());
      case "CIM_IPProtocolEndpoint" -> found.add(ip());
      case "CIM_BindsTo" -> {
        found.add(association(cimClass, "Antecedent", tcp(), "Dependent", iscsi()));
        found.add(association(cimClass, "Antecedent", ip(), "Dependent", tcp()));
      }
      case "CIM_SCSIProtocolController" -> views.keySet().forEach(each -> found.add(view(each)));
      case "CIM_ProtocolControllerForUnit" -> addUnits(cimClass, found);
      case "CIM_SAPAvailableForElement" ->
          views
              .keySet()
              .forEach(
                  each ->
                      found.add(
                          association(
                              cimClass, "ManagedElement", view(each), "AvailableSAP", iscsi())));
      default -> {
        boolean known = flavour.groups() ? addGrouped(cimClass, found) : addViews(cimClass, found);
        if (!known) {
          throw EmulatedArray.Refusal.status(5);
        }
      }
    }
    return found;
  }

  private void addUnits(String cimClass, List<EmulatedObject> found) {
    views.forEach(
        (id, view) ->
            view.units.forEach(
                (device, unit) ->
                    found.add(
                        association(
                                cimClass,
                                "Antecedent",
                                view(id),
                                "Dependent",
                                volumes.volume(device))
                            .text("DeviceNumber", String.format(Locale.ROOT, "%04x", unit.lun()))
                            .uint16("DeviceAccess", unit.access()))));
  }

  private boolean addViews(String cimClass, List<EmulatedObject> found) {
    switch (cimClass) {
      case "CIM_ControllerConfigurationService" ->
          found.add(EmulatedVolumes.service(flavour.prefix(), cimClass));
      case "CIM_ProtocolControllerMaskingCapabilities" ->
          found.add(
              object(cimClass)
                  .key("InstanceID", "masking")
                  .flag("ClientSelectableDeviceNumbers", flavour.selectable())
                  .flag("SPCAllowsNoLUs", flavour.selectable())
                  .uint16("PortsPerView", 3));
      case "CIM_AuthorizedSubject", "CIM_AuthorizedTarget" ->
          views.forEach(
              (id, view) -> {
                EmulatedObject privilege =
                    object("CIM_AuthorizedPrivilege").key("InstanceID", "privilege-" + id);
                if (cimClass.equals("CIM_AuthorizedTarget")) {
                  found.add(
                      association(cimClass, "Privilege", privilege, "TargetElement", view(id)));
                } else {
                  for (String each : view.initiators) {
                    found.add(
                        association(
                            cimClass, "Privilege", privilege, "PrivilegedElement", id(each)));
                  }
                }
              });
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean addGrouped(String cimClass, List<EmulatedObject> found) {
    List<String> classes =
        List.of("CIM_InitiatorMaskingGroup", "CIM_TargetMaskingGroup", "CIM_DeviceMaskingGroup");
    if (cimClass.equals("CIM_GroupMaskingMappingService")) {
      found.add(EmulatedVolumes.service(flavour.prefix(), cimClass));
    } else if (classes.contains(cimClass)) {
      groups.keySet().stream()
          .map(this::group)
          .filter(each -> each.cimClass.equals(cimClass))
          .forEach(found::add);
    } else if (cimClass.equals("CIM_MemberOfCollection")) {
      groups.forEach(
          (id, group) -> {
            if (group.type() == 2) {
              for (String each : group.members()) {
                found.add(association(cimClass, "Collection", group(id), "Member", id(each)));
              }
            }
          });
    } else if (cimClass.equals("CIM_AssociatedInitiatorMaskingGroup")
        || cimClass.equals("CIM_AssociatedDeviceMaskingGroup")) {
      int index = cimClass.contains("Initiator") ? 0 : 2;
      views.forEach(
          (id, view) ->
              found.add(
                  association(
                      cimClass,
                      "Antecedent",
                      view(id),
                      "Dependent",
                      group(view.groups.get(index)))));
    } else {
      return false;
    }
    return true;
  }

  boolean deleteView(EmulatedObject.Path path) {
    return views.remove("" + path.keys().get("DeviceID")) != null;
  }

  /** What a method does, or null if it is not one of these. */
  EmulatedArray.Effect method(CimXml.Request request) {
    if (request.name().equals("CreateStorageHardwareID")) {
      return () -> {
        ids.add(request.text("StorageID"));
        return output("HardwareID", id(request.text("StorageID")));
      };
    }
    if (flavour.groups()) {
      return switch (request.name()) {
        case "CreateGroup" -> () -> createGroup(request);
        case "DeleteGroup" -> () -> deleteGroup(request);
        case "AddMembers" -> () -> addMembers(request);
        case "RemoveMembers" -> () -> removeMembers(request);
        case "CreateMaskingView" -> () -> createView(request);
        case "DeleteMaskingView" -> () -> deleteView(request);
        default -> null;
      };
    }
    return switch (request.name()) {
      case "ExposePaths" -> () -> expose(request);
      case "HidePaths" -> () -> hide(request);
      default -> null;
    };
  }

  private static Map<String, EmulatedObject.Value> output(String name, EmulatedObject object) {
    return new TreeMap<>(Map.of(name, EmulatedArray.reference(object.path())));
  }

  private Map<String, EmulatedObject.Value> expose(CimXml.Request request)
      throws EmulatedArray.Refusal {
    String device = volumes.byName("" + request.list("LUNames").get(0));
    if (device == null) {
      throw new EmulatedArray.Refusal(4097);
    }
    EmulatedObject.Path given = request.reference("ProtocolControllers");
    String id = given == null ? "spc-" + next++ : "" + given.keys().get("DeviceID");
    if (given == null
        && (request.list("InitiatorPortIDs").isEmpty()
            || request.list("TargetPortIDs").isEmpty())) {
      throw new EmulatedArray.Refusal(5);
    }
    View view = views.getOrDefault(id, new View());
    if (view.units.containsKey(device)) {
      throw new EmulatedArray.Refusal(4101);
    }
    int lun = number(view, request);
    request.list("InitiatorPortIDs").forEach(each -> view.initiators.add("" + each));
    view.units.put(
        device, new Unit(lun, Integer.parseInt("" + request.list("DeviceAccesses").get(0))));
    views.put(id, view);
    return output("ProtocolControllers", view(id));
  }

  private int number(View view, CimXml.Request request) throws EmulatedArray.Refusal {
    List<?> wanted = request.list("DeviceNumbers");
    Set<Integer> taken = new LinkedHashSet<>();
    view.units.values().forEach(each -> taken.add(each.lun()));
    if (!wanted.isEmpty()) {
      if (!flavour.selectable()) {
        throw new EmulatedArray.Refusal(5);
      }
      int lun = EmulatedArray.hexadecimal("" + wanted.get(0));
      if (taken.contains(lun)) {
        throw new EmulatedArray.Refusal(4102);
      }
      return lun;
    }
    int lun = flavour.selectable() ? 0 : 17;
    while (taken.contains(lun)) {
      lun++;
    }
    return lun;
  }

  private Map<String, EmulatedObject.Value> hide(CimXml.Request request)
      throws EmulatedArray.Refusal {
    String id = "" + request.reference("ProtocolControllers").keys().get("DeviceID");
    View view = views.get(id);
    String device = volumes.byName("" + request.list("LUNames").get(0));
    if (view == null || view.units.remove(device) == null) {
      throw new EmulatedArray.Refusal(4100);
    }
    if (view.units.isEmpty() && !flavour.selectable()) {
      views.remove(id);
    }
    return Map.of();
  }

  private static List<String> members(CimXml.Request request) {
    List<String> members = new ArrayList<>();
    for (Object each : request.list("Members")) {
      Map<String, Object> keys = ((EmulatedObject.Path) each).keys();
      Object key = keys.getOrDefault("DeviceID", keys.getOrDefault("InstanceID", keys.get("Name")));
      members.add(("" + key).replaceFirst("^id:", ""));
    }
    return members;
  }

  private Map<String, EmulatedObject.Value> createGroup(CimXml.Request request) {
    String id = "group-" + next++;
    groups.put(
        id,
        new Group(
            Integer.parseInt(request.text("Type")), request.text("GroupName"), members(request)));
    return output("MaskingGroup", group(id));
  }

  private Map<String, EmulatedObject.Value> deleteGroup(CimXml.Request request)
      throws EmulatedArray.Refusal {
    String id = "" + request.reference("MaskingGroup").keys().get("InstanceID");
    if (views.values().stream().anyMatch(each -> each.groups.contains(id))) {
      throw new EmulatedArray.Refusal(6);
    }
    groups.remove(id);
    return Map.of();
  }

  private Map<String, EmulatedObject.Value> addMembers(CimXml.Request request)
      throws EmulatedArray.Refusal {
    String id = "" + request.reference("MaskingGroup").keys().get("InstanceID");
    for (View view : views.values()) {
      if (view.groups.get(2).equals(id)) {
        for (String each : members(request)) {
          view.units.put(each, new Unit(number(view, request), 2));
        }
      }
    }
    groups.get(id).members().addAll(members(request));
    return Map.of();
  }

  private Map<String, EmulatedObject.Value> removeMembers(CimXml.Request request) {
    String id = "" + request.reference("MaskingGroup").keys().get("InstanceID");
    groups.get(id).members().removeAll(members(request));
    for (View view : views.values()) {
      if (view.groups.get(2).equals(id)) {
        members(request).forEach(view.units::remove);
      }
    }
    return Map.of();
  }

  private Map<String, EmulatedObject.Value> createView(CimXml.Request request)
      throws EmulatedArray.Refusal {
    View view = new View();
    for (String each :
        List.of("InitiatorMaskingGroup", "TargetMaskingGroup", "DeviceMaskingGroup")) {
      view.groups.add("" + request.reference(each).keys().get("InstanceID"));
    }
    view.initiators.addAll(groups.get(view.groups.get(0)).members());
    for (String each : groups.get(view.groups.get(2)).members()) {
      view.units.put(each, new Unit(number(view, request), 2));
    }
    String id = "spc-" + next++;
    views.put(id, view);
    return output("ProtocolController", view(id));
  }

  private Map<String, EmulatedObject.Value> deleteView(CimXml.Request request) {
    views.remove("" + request.reference("ProtocolController").keys().get("DeviceID"));
    return Map.of();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.StorageArray;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * Finds an array from nothing but the host (SMI-S Profile Registration, Array): the interop
 * namespace by any of its spellings, the registered profile Array, the computer system that
 * conforms to it, and by that system's path the namespace in which everything else lives. Classes
 * are asked for by their CIM names and any subclass is taken.
 */
final class Discovery {

  private static final List<String> INTEROP =
      List.of("interop", "root/interop", "root/PG_InterOp", "root/pg_interop");
  private static final String ARRAY = "Array";

  /** Dedicated. */
  private static final int BLOCK_SERVER = 15;

  private final CimSession session;
  private final StorageArray array;

  Discovery(CimSession session, StorageArray array) {
    this.session = session;
    this.array = array;
  }

  private record Registered(String interop, List<CIMInstance> profiles) {}

  ArrayModel run() throws CimFault {
    Registered registered = profiles();
    CIMObjectPath system = system(registered);
    CIMInstance found = session.get(system);
    String name = Cim.text(found, "Name").or(() -> Cim.key(system, "Name")).orElse("");
    String namespace = system.getNamespace();
    CIMInstance configuration =
        service(namespace, "CIM_StorageConfigurationService", name)
            .orElseThrow(() -> unusable("has no StorageConfigurationService in " + namespace));
    return new ArrayModel(
        registered.interop(),
        namespace,
        system,
        name,
        Cim.text(found, "ElementName").orElse(name),
        registered.profiles().stream().map(Discovery::label).sorted().distinct().toList(),
        ArrayModel.path(configuration),
        service(namespace, "CIM_ReplicationService", name),
        service(namespace, "CIM_ControllerConfigurationService", name),
        service(namespace, "CIM_GroupMaskingMappingService", name),
        service(namespace, "CIM_StorageHardwareIDManagementService", name),
        service(namespace, "CIM_StorageErasureService", name));
  }

  private static CimFault unusable(String why) {
    return new CimFault(CimFault.Kind.STATUS, CimFault.NOT_SUPPORTED, "the SMI-S provider " + why);
  }

  private Registered profiles() throws CimFault {
    List<String> tried = new ArrayList<>();
    for (String namespace : INTEROP) {
      try {
        List<CIMInstance> all = session.enumerate(namespace, "CIM_RegisteredProfile");
        if (!all.isEmpty()) {
          return new Registered(namespace, all);
        }
      } catch (CimFault e) {
        if (!e.isStatus() || e.isStatus(CimFault.ACCESS_DENIED)) {
          throw e;
        }
      }
      tried.add(namespace);
    }
    throw unusable("registers no profiles in any of " + String.join(", ", tried));
  }

  private CIMObjectPath system(Registered registered) throws CimFault {
    List<CIMInstance> systems = new ArrayList<>();
    for (CIMInstance profile : registered.profiles()) {
      if (Cim.text(profile, "RegisteredName").filter(ARRAY::equalsIgnoreCase).isPresent()) {
        CIMObjectPath path = Cim.in(registered.interop(), profile.getObjectPath());
        systems.addAll(
            session.associators(path, "CIM_ElementConformsToProfile", "CIM_ComputerSystem"));
      }
    }
    List<CIMInstance> distinct =
        systems.stream()
            .collect(
                Collectors.toMap(
                    each -> Cim.local(each.getObjectPath()),
                    each -> each,
                    (one, same) -> one,
                    java.util.LinkedHashMap::new))
            .values()
            .stream()
            .toList();
    return choose(registered.interop(), distinct);
  }

  private CIMObjectPath choose(String interop, List<CIMInstance> systems) throws CimFault {
    if (systems.isEmpty()) {
      throw unusable("has no system that conforms to the profile Array");
    }
    Optional<String> wanted = array.system();
    List<CIMInstance> matching =
        systems.stream()
            .filter(each -> wanted.isEmpty() || wanted.get().equals(name(each)) || isLabel(each))
            .toList();
    if (matching.size() > 1) {
      // Components of an array may conform to its profile too; they are no block servers.
      List<CIMInstance> servers =
          matching.stream()
              .filter(each -> Cim.numbers(each, "Dedicated").contains(BLOCK_SERVER))
              .toList();
      matching = servers.isEmpty() ? matching : servers;
    }
    if (matching.size() != 1) {
      throw unusable(
          "drives "
              + systems.stream().map(Discovery::name).sorted().toList()
              + wanted.map(each -> ", and not exactly one is '" + each + "'").orElse("")
              + "; say which with --system");
    }
    return Cim.in(interop, matching.get(0).getObjectPath());
  }

  private boolean isLabel(CIMInstance system) {
    return Cim.text(system, "ElementName").equals(array.system());
  }

  private static String name(CIMInstance system) {
    return Cim.text(system, "Name").or(() -> Cim.key(system.getObjectPath(), "Name")).orElse("");
  }

  private Optional<CIMInstance> service(String namespace, String className, String system)
      throws CimFault {
    return session.enumerateKnown(namespace, className).stream()
        .filter(each -> belongs(each, system))
        .min(Comparator.comparing(each -> each.getObjectPath().toString()));
  }

  /** Whether an instance is of that system; one that does not say counts as such. */
  static boolean belongs(CIMInstance instance, String system) {
    Optional<String> owner =
        Cim.text(instance, "SystemName").or(() -> Cim.key(instance.getObjectPath(), "SystemName"));
    return owner.isEmpty() || owner.get().equalsIgnoreCase(system);
  }

  private static String label(CIMInstance profile) {
    String name = Cim.text(profile, "RegisteredName").orElse("?");
    return Cim.text(profile, "RegisteredVersion").map(each -> name + " " + each).orElse(name);
  }

  /** Capabilities of an element: associated with it, or else the only ones that there are. */
  static List<CIMInstance> capabilities(CimSession session, CIMObjectPath element, String className)
      throws CimFault {
    try {
      List<CIMInstance> own = session.associators(element, "CIM_ElementCapabilities", className);
      if (!own.isEmpty()) {
        return own;
      }
    } catch (CimFault e) {
      if (!e.isUnknown() && !e.isStatus(CimFault.NOT_FOUND)) {
        throw e;
      }
    }
    List<CIMInstance> all = session.enumerateKnown(element.getNamespace(), className);
    return all.size() == 1 ? all : List.of();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/** Where initiators connect to an array (SMI-S iSCSI Target Ports). Thread-safe. */
final class TargetPorts {

  private static final int ROLE_INITIATOR = 2;
  private static final long PORT = 3260;

  private final CimSession session;
  private final ArrayModel model;
  private volatile Reading read = new Reading(List.of(), -1);

  TargetPorts(CimSession session, ArrayModel model) {
    this.session = session;
    this.model = model;
  }

  /**
   * A target port with one of its portals.
   *
   * @param path the iSCSI endpoint
   * @param name its Name: what masking methods take as target port
   * @param target the iSCSI name of the target node
   * @param portal {@code host:port}
   */
  record Port(CIMObjectPath path, String name, String target, String portal) {}

  /** What was read, and after how many outages of the array. */
  private record Reading(List<Port> ports, long outages) {}

  /**
   * All target ports that have a portal, in an order that does not change; as last read, unless the
   * array has been away since.
   */
  List<Port> known() throws CimFault {
    Reading last = read;
    boolean good = !last.ports().isEmpty() && last.outages() == session.outages();
    return good ? last.ports() : all();
  }

  /** The same, read anew. */
  List<Port> all() throws CimFault {
    long outages = session.outages();
    List<Port> now = List.copyOf(load());
    read = new Reading(now, outages);
    return now;
  }

  private List<Port> load() throws CimFault {
    String namespace = model.namespace();
    List<CIMInstance> endpoints = session.enumerateKnown(namespace, "CIM_iSCSIProtocolEndpoint");
    if (endpoints.isEmpty()) {
      return List.of();
    }
    Map<String, CIMInstance> tcp = byIdentity("CIM_TCPProtocolEndpoint");
    Map<String, CIMInstance> ip = byIdentity("CIM_IPProtocolEndpoint");
    Map<String, List<String>> lower = new HashMap<>();
    for (CIMInstance binding : session.enumerateKnown(namespace, "CIM_BindsTo")) {
      Optional<CIMObjectPath> below = Cim.reference(binding, "Antecedent");
      Optional<CIMObjectPath> above = Cim.reference(binding, "Dependent");
      if (below.isPresent() && above.isPresent()) {
        lower
            .computeIfAbsent(Cim.typedIdentity(above.get()), unused -> new ArrayList<>())
            .add(Cim.typedIdentity(below.get()));
      }
    }
    List<Port> ports = new ArrayList<>();
    for (CIMInstance endpoint : endpoints) {
      if (Cim.number(endpoint, "Role").orElse(0) != ROLE_INITIATOR) {
        addPorts(endpoint, lower, tcp, ip, ports);
      }
    }
    ports.sort(Comparator.comparing(Port::name).thenComparing(Port::portal));
    return ports;
  }

  private Map<String, CIMInstance> byIdentity(String className) throws CimFault {
    Map<String, CIMInstance> all = new HashMap<>();
    for (CIMInstance each : session.enumerateKnown(model.namespace(), className)) {
      all.put(Cim.typedIdentity(each.getObjectPath()), each);
    }
    return all;
  }

  private static void addPorts(
      CIMInstance endpoint,
      Map<String, List<String>> lower,
      Map<String, CIMInstance> tcp,
      Map<String, CIMInstance> ip,
      List<Port> ports) {
    CIMObjectPath path = Cim.local(endpoint.getObjectPath());
    String name = Cim.text(endpoint, "Name").or(() -> Cim.key(path, "Name")).orElse("");
    int end = name.indexOf(",t,");
    String target = end < 0 ? name : name.substring(0, end);
    for (String each : lower.getOrDefault(Cim.typedIdentity(path), List.of())) {
      CIMInstance listening = tcp.get(each);
      if (listening == null) {
        continue;
      }
      long port = Cim.number(listening, "PortNumber").orElse(PORT);
      for (String below : lower.getOrDefault(each, List.of())) {
        address(ip.get(below))
            .ifPresent(host -> ports.add(new Port(path, name, target, host + ":" + port)));
      }
    }
  }

  private static Optional<String> address(CIMInstance ip) {
    if (ip == null) {
      return Optional.empty();
    }
    return Cim.text(ip, "IPv4Address")
        .filter(each -> !each.equals("0.0.0.0"))
        .or(() -> Cim.text(ip, "IPv6Address").map(each -> "[" + each + "]"));
  }
}

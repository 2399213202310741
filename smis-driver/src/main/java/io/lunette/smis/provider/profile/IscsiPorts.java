/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.ProviderParts.Portal;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Keys;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.Link;
import io.lunette.smis.provider.model.Model;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The ports of the target: SMI-S profile iSCSI Target Ports. A portal group is an iSCSI endpoint,
 * bound to a TCP endpoint for each of its portals, that to an IP endpoint, and that to a port.
 */
final class IscsiPorts {

  static final String ENDPOINT_CLASS = "LUNETTE_iSCSIProtocolEndpoint";
  static final String NODE_CLASS = "LUNETTE_SCSIProtocolController";

  private static final String NODE = "node";
  private static final int TARGET = 3;
  private static final int ISCSI_NAME = 3;
  private static final int TYPE_OTHER = 1;
  private static final int TYPE_TCP = 4111;
  private static final int TYPE_IPV4 = 4096;
  private static final int TYPE_IPV6 = 4097;
  private static final int IPV6_GLOBAL = 6;
  private static final String NO_ADDRESS = "000000000000";

  final Kind<Integer> endpoints;
  final Kind<Estate> node;
  private final Kind<Portal> tcp;
  private final Kind<String> ip;
  private final Kind<String> ports;

  IscsiPorts(Model model, ArraySystem array) {
    this.endpoints =
        model.add(
            Kind.of(
                ENDPOINT_CLASS,
                (estate, group) -> Keys.named(estate, ENDPOINT_CLASS, name(estate, group)),
                estate -> groups(estate).stream(),
                IscsiPorts::describeEndpoint));
    this.tcp =
        model.add(
            Kind.of(
                "LUNETTE_TCPProtocolEndpoint",
                (estate, portal) ->
                    Keys.named(estate, "LUNETTE_TCPProtocolEndpoint", address(portal)),
                estate -> estate.parts().portals().stream(),
                (estate, portal, instance) ->
                    endpoint(instance, address(portal), TYPE_TCP)
                        .set("PortNumber", portal.port())));
    this.ip =
        model.add(
            Kind.of(
                "LUNETTE_IPProtocolEndpoint",
                (estate, host) -> Keys.named(estate, "LUNETTE_IPProtocolEndpoint", host),
                estate -> hosts(estate).stream(),
                IscsiPorts::describeIp));
    this.ports =
        model.add(
            Kind.of(
                "LUNETTE_EthernetPort",
                (estate, host) -> Keys.device(estate, "LUNETTE_EthernetPort", host),
                estate -> hosts(estate).stream(),
                (estate, host, instance) ->
                    ArraySystem.healthy(instance)
                        .set("ElementName", host)
                        .set("Name", host)
                        .set("LinkTechnology", 2)
                        .set("PermanentAddress", NO_ADDRESS)
                        .set("NetworkAddresses", List.of(host))));
    this.node =
        Kind.single(
            NODE_CLASS,
            estate -> Keys.device(estate, NODE_CLASS, NODE),
            (estate, unused, instance) ->
                ArraySystem.healthy(instance)
                    .set("ElementName", estate.systemName())
                    .set("Name", estate.systemName())
                    .set("NameFormat", ISCSI_NAME));
    model.add(node);
    associate(model, array);
  }

  private void associate(Model model, ArraySystem array) {
    array.devices(node);
    array.devices(ports);
    array.accessPoints(endpoints);
    array.accessPoints(tcp);
    array.accessPoints(ip);
    model
        .associate("LUNETTE_BindsTo", "Antecedent", "Dependent")
        .each(
            tcp,
            (estate, portal) ->
                new Link(tcp.path(estate, portal), endpoints.path(estate, portal.groupTag())))
        .from(
            tcp,
            (estate, portal) ->
                Stream.of(new Link(ip.path(estate, portal.host()), tcp.path(estate, portal))));
    model
        .associate("LUNETTE_DeviceSAPImplementation", "Antecedent", "Dependent")
        .each(ip, (estate, host) -> new Link(ports.path(estate, host), ip.path(estate, host)))
        .from(
            endpoints,
            (estate, group) ->
                hosts(estate).stream()
                    .map(
                        host -> new Link(ports.path(estate, host), endpoints.path(estate, group))));
    model
        .associate("LUNETTE_SAPAvailableForElement", "AvailableSAP", "ManagedElement")
        .each(
            endpoints,
            (estate, group) -> new Link(endpoints.path(estate, group), node.path(estate, estate)));
  }

  /** The endpoints, as what views are seen through. */
  Stream<ObjectPath> paths(Estate estate) {
    return endpoints.paths(estate).stream();
  }

  /** The names of all endpoints (RFC 7143 §4.2.7: node name, "t", portal group). */
  static List<String> names(Estate estate) {
    return groups(estate).stream().map(group -> name(estate, group)).toList();
  }

  private static List<Integer> groups(Estate estate) {
    return estate.parts().portals().stream().map(Portal::groupTag).distinct().toList();
  }

  private static List<String> hosts(Estate estate) {
    return estate.parts().portals().stream().map(Portal::host).distinct().toList();
  }

  private static String name(Estate estate, int group) {
    return estate.systemName() + String.format(Locale.ROOT, ",t,0x%04x", group);
  }

  private static String address(Portal portal) {
    return (portal.host().contains(":") ? "[" + portal.host() + "]" : portal.host())
        + ":"
        + portal.port();
  }

  private static void describeEndpoint(Estate estate, int group, CimInstance instance) {
    endpoint(instance, name(estate, group), TYPE_OTHER)
        .set("OtherTypeDescription", "iSCSI")
        .set("ConnectionType", 7)
        .set("Identifier", String.format(Locale.ROOT, "%04x", group))
        .set("Role", TARGET);
  }

  private static void describeIp(Estate estate, String host, CimInstance instance) {
    boolean six = host.contains(":");
    endpoint(instance, host, six ? TYPE_IPV6 : TYPE_IPV4)
        .set(six ? "IPv6Address" : "IPv4Address", host)
        .set("IPv6AddressType", six ? (Object) IPV6_GLOBAL : null);
  }

  private static CimInstance endpoint(CimInstance instance, String name, int type) {
    return ArraySystem.healthy(instance)
        .set("ElementName", name)
        .set("NameFormat", name)
        .set("ProtocolIFType", type);
  }
}

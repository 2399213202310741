/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.discovery;

import io.lunette.appliance.config.HostPort;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.jmdns.JmDNS;
import javax.jmdns.ServiceEvent;
import javax.jmdns.ServiceInfo;
import javax.jmdns.ServiceListener;

/** Asks the neighbours for WBEM servers. Used by one thread, and once. */
public final class ArrayBrowser {

  private static final int FOUND_MAX = 1000;

  /** By type and name, so that what several links show is one. */
  private final Map<String, ServiceInfo> found = new ConcurrentHashMap<>();

  /**
   * Listens for so long; sorted by name.
   *
   * @param host the address of this machine on whose network to ask; on all without
   * @throws IOException if this machine cannot ask
   */
  public static List<DiscoveredArray> browse(Optional<String> host, Duration time)
      throws IOException, InterruptedException {
    return new ArrayBrowser().listen(host.isPresent() ? Links.of(host.get()) : Links.all(), time);
  }

  private List<DiscoveredArray> listen(List<InetAddress> addresses, Duration time)
      throws IOException, InterruptedException {
    List<JmDNS> links = new ArrayList<>();
    try {
      for (InetAddress address : addresses) {
        JmDNS link = JmDNS.create(address, "lunette-discover-" + ProcessHandle.current().pid());
        links.add(link);
        for (WbemService service : WbemService.values()) {
          link.addServiceListener(service.type(), new Listener());
        }
      }
      boolean unused = new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      MulticastLinks.close(links);
    }
    return found.values().stream()
        .flatMap(info -> read(info).stream())
        .sorted(Comparator.comparing(DiscoveredArray::name).thenComparing(DiscoveredArray::url))
        .toList();
  }

  private final class Listener implements ServiceListener {

    @Override
    public void serviceAdded(ServiceEvent event) {
      event.getDNS().requestServiceInfo(event.getType(), event.getName(), 1);
    }

    @Override
    public void serviceRemoved(ServiceEvent event) {
      found.remove(event.getType() + event.getName());
    }

    @Override
    public void serviceResolved(ServiceEvent event) {
      if (found.size() < FOUND_MAX) {
        found.put(event.getType() + event.getName(), event.getInfo());
      }
    }
  }

  private static Optional<DiscoveredArray> read(ServiceInfo info) {
    List<String> addresses = new ArrayList<>();
    for (Inet4Address address : info.getInet4Addresses()) {
      addresses.add(address.getHostAddress());
    }
    for (Inet6Address address : info.getInet6Addresses()) {
      addresses.add(address.getHostAddress());
    }
    Optional<WbemService> service = WbemService.of(info.getType());
    if (addresses.isEmpty() || service.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> attributes = new TreeMap<>();
    for (String name : Collections.list(info.getPropertyNames())) {
      attributes.put(name, info.getPropertyString(name));
    }
    return Optional.of(
        new DiscoveredArray(
            info.getName(),
            service.get().scheme() + "://" + new HostPort(addresses.get(0), info.getPort()),
            info.getServer(),
            addresses,
            attributes));
  }
}

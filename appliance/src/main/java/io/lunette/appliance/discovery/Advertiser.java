/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.discovery;

import io.lunette.appliance.discovery.Announcement.Port;
import java.io.IOException;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import javax.jmdns.JmDNS;
import javax.jmdns.ServiceInfo;

/**
 * Answers for an appliance on every link that it is reached by. Opened and closed by one thread.
 *
 * <p>JmDNS keeps whatever it hears until it expires, which a neighbour can make never: whoever
 * opens this gives its heap to the neighbours. See docs/adr/0007.
 */
final class Advertiser implements AutoCloseable {

  private final Map<InetAddress, JmDNS> links = new LinkedHashMap<>();
  private final Consumer<String> lost;

  private Advertiser(Consumer<String> lost) {
    this.lost = lost;
  }

  /**
   * Begins; names are probed for and announced meanwhile, within seconds.
   *
   * @param lost is told once a link does not take multicast any more; close this then
   * @throws IOException if it cannot; nothing is left open
   */
  static Advertiser open(Announcement said, Consumer<String> lost) throws IOException {
    Advertiser advertiser = new Advertiser(lost);
    try {
      for (Port port : said.ports()) {
        for (InetAddress address : Links.of(port.host())) {
          advertiser.register(address, said, port);
        }
      }
      return advertiser;
    } catch (IOException e) {
      advertiser.close();
      throw e;
    }
  }

  private void register(InetAddress address, Announcement said, Port port) throws IOException {
    JmDNS link = links.get(address);
    if (link == null) {
      link = JmDNS.create(address, said.host());
      links.put(address, link);
      link.setDelegate((failed, services) -> lost.accept("no multicast from " + address));
    }
    link.registerService(
        ServiceInfo.create(
            port.service().type(), said.name(), port.port(), 0, 0, said.attributes()));
  }

  /** By which addresses it is found. */
  Set<InetAddress> addresses() {
    return links.keySet();
  }

  /** Takes back all that was said; some seconds. */
  @Override
  public void close() {
    MulticastLinks.close(links.values());
  }
}

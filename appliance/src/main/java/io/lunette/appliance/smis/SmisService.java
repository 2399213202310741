/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.smis;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.Home;
import io.lunette.appliance.config.HostPort;
import io.lunette.appliance.config.SmisOptions;
import io.lunette.appliance.discovery.Announcement.Port;
import io.lunette.smis.provider.ProviderParts;
import io.lunette.smis.provider.SmisProvider;
import io.lunette.smis.provider.account.Accounts;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The SMI-S array of an appliance, where the options want it. Opened and closed by one thread. */
public final class SmisService implements AutoCloseable {

  private final SmisProvider provider;
  private Optional<HostPort> plain = Optional.empty();
  private Optional<HostPort> tls = Optional.empty();
  private Optional<TlsIdentity> identity = Optional.empty();

  private SmisService(SmisProvider provider) {
    this.provider = provider;
  }

  /**
   * Opens it.
   *
   * @throws ApplianceException if it cannot listen, or its certificate cannot be used
   */
  public static SmisService open(
      Home home, SmisOptions options, ProviderParts parts, Accounts accounts, Vertx vertx)
      throws ApplianceException {
    SmisService service = new SmisService(SmisProvider.over(parts, accounts, vertx));
    try {
      if (options.plain().isPresent()) {
        service.plain = Optional.of(service.listen(options.plain().get()));
      }
      if (options.tls().isPresent()) {
        TlsIdentity identity = TlsIdentity.of(home, options, options.tls().get().host());
        service.identity = Optional.of(identity);
        service.tls = Optional.of(service.listen(options.tls().get(), identity));
      }
      return service;
    } catch (ApplianceException e) {
      service.close();
      throw e;
    }
  }

  private HostPort listen(HostPort address) throws ApplianceException {
    try {
      return address.withPort(provider.listen(address.host(), address.port()));
    } catch (IOException e) {
      throw cannot(address, e);
    }
  }

  private HostPort listen(HostPort address, TlsIdentity identity) throws ApplianceException {
    try {
      return address.withPort(
          provider.listenTls(
              address.host(), address.port(), identity.certificate(), identity.key()));
    } catch (IOException e) {
      throw cannot(address, e);
    }
  }

  private static ApplianceException cannot(HostPort address, IOException e) {
    return new ApplianceException("cannot serve SMI-S on " + address + ": " + Home.reason(e), e);
  }

  /** Where it listens, as the network is told. */
  public List<Port> ports() {
    List<Port> ports = new ArrayList<>();
    tls.ifPresent(address -> ports.add(Port.of(true, address)));
    plain.ifPresent(address -> ports.add(Port.of(false, address)));
    return ports;
  }

  /** What the API says of it. */
  public SmisView view() {
    return new SmisView(
        plain.map(HostPort::toString).orElse(null),
        tls.map(HostPort::toString).orElse(null),
        identity.map(each -> each.certificate().toString()).orElse(null),
        identity.map(TlsIdentity::fingerprint).orElse(null));
  }

  @Override
  public void close() throws ApplianceException {
    try {
      provider.close();
    } catch (IOException e) {
      throw new ApplianceException("SMI-S did not close: " + Home.reason(e), e);
    }
  }
}

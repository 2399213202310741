/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.boot;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.Allocations;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.Server;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.LunMapping;
import java.util.Optional;

/** Answers from the catalog: the pointer of a server is its allocation, and nothing else. */
public final class CatalogNetworkBoot implements NetworkBoot {

  private final CatalogServers servers;
  private final Allocations allocations;

  public CatalogNetworkBoot(CatalogServers servers, Allocations allocations) {
    this.servers = servers;
    this.allocations = allocations;
  }

  @Override
  public BootAnswer boot(BootIdentity who) throws DomainException {
    return look(who);
  }

  @Override
  public BootAnswer look(BootIdentity who) throws DomainException {
    Optional<Server> server = who.findIn(servers);
    return server.isPresent() ? of(server.get()) : new BootAnswer.Unknown(who);
  }

  private BootAnswer of(Server server) throws DomainException {
    Optional<Allocation> held = allocations.find(server.name());
    if (held.isEmpty()) {
      return new BootAnswer.Wait(server.name(), "no replica is allocated to it");
    }
    LunMapping mapping = held.get().boot();
    if (mapping.target().isEmpty()) {
      return new BootAnswer.Wait(server.name(), "its replica does not show yet");
    }
    Optional<ChapCredentials> told =
        servers.profile(server.name()).chapInScript()
            ? servers.credentials(server.name())
            : Optional.empty();
    return new BootAnswer.Disk(
        server.name(),
        server.initiator(),
        server.chapUser(),
        told,
        mapping.target(),
        mapping.lun());
  }
}

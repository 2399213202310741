/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.boot;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.Allocations;
import io.lunette.core.move.CatalogServerMoves;
import io.lunette.core.rollout.CatalogRollouts;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.Server;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.LunMapping;
import java.util.Optional;

/** Answers from the catalog: the pointer of a server is its allocation, and nothing else. */
public final class CatalogNetworkBoot implements NetworkBoot {

  private final CatalogServers servers;
  private final Allocations allocations;
  private final CatalogServerMoves moves;
  private final CatalogRollouts rollouts;

  public CatalogNetworkBoot(
      CatalogServers servers,
      Allocations allocations,
      CatalogServerMoves moves,
      CatalogRollouts rollouts) {
    this.servers = servers;
    this.allocations = allocations;
    this.moves = moves;
    this.rollouts = rollouts;
  }

  @Override
  public BootAnswer boot(BootIdentity who) throws DomainException {
    Optional<Server> server = who.findIn(servers);
    if (server.isEmpty()) {
      return new BootAnswer.Unknown(who);
    }
    Optional<String> obstacle = prepare(server.get());
    if (obstacle.isPresent()) {
      return new BootAnswer.Wait(server.get().name(), obstacle.get());
    }
    Optional<Allocation> held = allocations.find(server.get().name());
    BootAnswer answer = of(server.get(), held);
    if (answer.kind() == BootAnswer.Kind.DISK) {
      rollouts.booted(held.orElseThrow());
    }
    return answer;
  }

  private Optional<String> prepare(Server server) throws DomainException {
    if (moves.atBoot(server.name()).isPresent()) {
      return Optional.of("it is being moved");
    }
    Optional<Allocation> held = allocations.find(server.name());
    return held.isPresent() ? rollouts.prepareBoot(server, held.get()) : Optional.empty();
  }

  @Override
  public BootAnswer look(BootIdentity who) throws DomainException {
    Optional<Server> server = who.findIn(servers);
    return server.isPresent()
        ? of(server.get(), allocations.find(server.get().name()))
        : new BootAnswer.Unknown(who);
  }

  private BootAnswer of(Server server, Optional<Allocation> held) throws DomainException {
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

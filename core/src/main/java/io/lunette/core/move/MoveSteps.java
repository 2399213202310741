/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.move;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationId;
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.allocation.AllocationRequest;
import io.lunette.core.allocation.CatalogAllocations;
import io.lunette.core.allocation.PortionExchange;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.power.ServerPower;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerProfile;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The steps of a move. Each may be repeated: a crash after its effect and before the catalog knows
 * of it has it done once more. Thread-safe.
 */
public final class MoveSteps {

  private static final int RESTARTS_MAX = 3;
  private static final Duration RESTART_PAUSE = Duration.ofSeconds(10);

  private final Catalog catalog;
  private final CatalogServers servers;
  private final CatalogAllocations allocations;
  private final PortionExchange portions;
  private final ServerPower power;
  private final MoveLedger moves;
  private final CatalogAuditTrail audit;
  private final Clock clock;

  /** Wires the steps. */
  public MoveSteps(
      Catalog catalog,
      CatalogServers servers,
      CatalogAllocations allocations,
      PortionExchange portions,
      ServerPower power,
      MoveLedger moves,
      CatalogAuditTrail audit,
      Clock clock) {
    this.catalog = catalog;
    this.servers = servers;
    this.allocations = allocations;
    this.portions = portions;
    this.power = power;
    this.moves = moves;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * Does the next step of a move.
   *
   * @return whether it has come further
   */
  boolean step(ServerMove move) throws DomainException {
    return switch (move.state()) {
      case RELEASING -> release(move);
      case RESTARTING -> restart(move);
      case ALLOCATING -> move.keeps() ? showCurrent(move) : allocate(move);
      case DONE, FAILED -> false;
    };
  }

  /** Of what the server holds, only what it held when the move began is taken from it. */
  private boolean release(ServerMove move) throws DomainException {
    Optional<AllocationId> released = move.released();
    if (move.keeps()) {
      if (!portions.hide(move.server(), released.orElseThrow())) {
        return fail(move, "its replica was taken from it meanwhile");
      }
    } else if (released.isPresent()) {
      allocations.release(move.actor(), move.server(), released.get());
    }
    return advance(move, move.restarts() ? MoveState.RESTARTING : afterRestart(move));
  }

  private static MoveState afterRestart(ServerMove move) {
    return move.to().isPresent() ? MoveState.ALLOCATING : MoveState.DONE;
  }

  /** A controller that is busy is given time between two attempts. */
  private boolean restart(ServerMove move) throws DomainException {
    Instant next = move.updated().plus(RESTART_PAUSE.multipliedBy(move.attempts()));
    if (move.attempts() > 0 && clock.instant().isBefore(next)) {
      return false;
    }
    Server server = servers.get(move.server());
    ServerProfile profile = servers.profile(move.server());
    try {
      power.restart(server, profile);
    } catch (DomainException e) {
      if (move.attempts() + 1 >= RESTARTS_MAX) {
        return fail(move, e.getMessage());
      }
      return later(move, e.getMessage());
    }
    return advance(move, afterRestart(move));
  }

  private boolean allocate(ServerMove move) throws DomainException {
    Membership to = move.to().orElseThrow();
    AllocationOutcome outcome;
    try {
      outcome =
          allocations.allocate(
              move.actor(),
              AllocationRequest.ready(move.server(), to.tenant(), to.image())
                  .forMove(move.sequence()));
    } catch (DomainException e) {
      boolean passing = e.kind() == DomainException.Kind.IO;
      return passing ? later(move, e.getMessage()) : fail(move, e.getMessage());
    }
    return switch (outcome.kind()) {
      case ALLOCATED -> advance(move, MoveState.DONE);
      case NO_REPLICA_READY -> later(move, "no replica of image '" + to.image() + "' is ready");
      case SERVER_BUSY -> fail(move, "it was allocated otherwise meanwhile");
      case QUOTA_REACHED -> fail(move, "tenant '" + to.tenant() + "' has all that it may have");
    };
  }

  private boolean showCurrent(ServerMove move) throws DomainException {
    try {
      return portions.showCurrent(move.actor(), move.server(), move.released().orElseThrow())
          ? advance(move, MoveState.DONE)
          : fail(move, "its replica was taken from it meanwhile");
    } catch (DomainException e) {
      boolean passing = e.kind() == DomainException.Kind.IO;
      return passing ? later(move, e.getMessage()) : fail(move, e.getMessage());
    }
  }

  private boolean advance(ServerMove move, MoveState to) throws DomainException {
    return catalog.change(
        transaction -> {
          boolean moved = moves.advance(transaction, move, to, "");
          if (moved && to == MoveState.DONE) {
            audit.record(
                transaction, move.actor(), "server.moved", move.server().value(), move.describe());
          }
          return moved;
        });
  }

  /** A server that keeps its writable volume has the portion that it had before. */
  private boolean fail(ServerMove move, String why) throws DomainException {
    if (move.keeps()) {
      portions.showAgain(move.server(), move.released().orElseThrow());
    }
    return catalog.change(
        transaction -> {
          boolean moved = moves.advance(transaction, move, MoveState.FAILED, why);
          if (moved) {
            audit.record(
                transaction,
                move.actor(),
                "server.move.failed",
                move.server().value(),
                move.describe() + ", while " + move.state() + ": " + why);
          }
          return moved;
        });
  }

  /** The next tick tries again. */
  private boolean later(ServerMove move, String why) throws DomainException {
    catalog.change(
        transaction -> {
          moves.tried(transaction, move, why);
          return null;
        });
    return false;
  }
}

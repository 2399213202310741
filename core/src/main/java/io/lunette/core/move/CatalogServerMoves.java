/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.move;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationId;
import io.lunette.core.allocation.AllocationLedger;
import io.lunette.core.allocation.HeldReplica;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.ServerName;
import io.lunette.core.server.ServerProfile;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves over a catalog. One thread at a time goes on with one server; several servers are moved at
 * one time, for a restart may take long. Thread-safe.
 */
public final class CatalogServerMoves implements ServerMoves, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CatalogServerMoves.class);

  private final Catalog catalog;
  private final CatalogServers servers;
  private final AllocationLedger allocations;
  private final ImageLedger images;
  private final MoveLedger moves;
  private final MoveSteps steps;
  private final CatalogAuditTrail audit;
  private final Executor workers;
  private final Set<ServerName> busy = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Wires the service; nothing is moved yet. */
  public CatalogServerMoves(
      Catalog catalog,
      CatalogServers servers,
      AllocationLedger allocations,
      ImageLedger images,
      MoveLedger moves,
      MoveSteps steps,
      CatalogAuditTrail audit,
      Executor workers) {
    this.catalog = catalog;
    this.servers = servers;
    this.allocations = allocations;
    this.images = images;
    this.moves = moves;
    this.steps = steps;
    this.audit = audit;
    this.workers = workers;
  }

  @Override
  public ServerMove begin(Actor actor, MoveRequest request) throws DomainException {
    enqueue(actor, request);
    goOn(request.server());
    return find(request.server()).orElseThrow();
  }

  /** Begins a move, with which {@link #resume} goes on. */
  public void enqueue(Actor actor, MoveRequest request) throws DomainException {
    catalog.change(
        transaction -> {
          servers.get(transaction, request.server());
          moves.requireNone(transaction, request.server());
          Optional<HeldReplica> held = allocations.heldBy(transaction, request.server());
          if (held.isPresent()) {
            held.get().requireHere(transaction);
          }
          requireHeld(request, held);
          requirePower(transaction, request);
          if (request.to().isPresent()) {
            images.getAvailable(transaction, request.to().get().image());
          }
          Optional<AllocationId> released = held.map(HeldReplica::id);
          ServerMove move = moves.insert(transaction, actor, request, released);
          audit.record(
              transaction,
              actor,
              "server.move",
              request.server().value(),
              move.describe() + ": " + request.reason());
          return null;
        });
  }

  private static void requireHeld(MoveRequest request, Optional<HeldReplica> held)
      throws DomainException {
    Optional<Membership> now = held.map(each -> new Membership(each.tenant(), each.image()));
    if (!now.equals(request.from())) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "server '"
              + request.server()
              + "' holds "
              + now.map(Membership::toString).orElse("nothing")
              + ", not "
              + request.from().map(Membership::toString).orElse("nothing"));
    }
  }

  private void requirePower(Transaction transaction, MoveRequest request) throws DomainException {
    ServerProfile profile = servers.profile(transaction, request.server());
    if (request.restarts() && profile.power().isEmpty()) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "server '"
              + request.server()
              + "' cannot be moved: its power is not controlled; 'lunette server set "
              + request.server()
              + " --power HOW' says how");
    }
  }

  @Override
  public List<ServerMove> list(int limit) throws DomainException {
    return catalog.read(transaction -> moves.newest(transaction, limit));
  }

  @Override
  public Optional<ServerMove> find(ServerName server) throws DomainException {
    return catalog.read(transaction -> moves.newest(transaction, server));
  }

  /** Goes on with every move of this node in the background. */
  public void resume() {
    try {
      for (ServerMove move : catalog.read(moves::underWayHere)) {
        try {
          workers.execute(() -> goOnQuietly(move.server()));
        } catch (RejectedExecutionException e) {
          LOG.warn("server '{}' is moved on at the next start", move.server());
        }
      }
    } catch (DomainException e) {
      LOG.warn("moves of servers go on later", e);
    }
  }

  private void goOnQuietly(ServerName server) {
    try {
      goOn(server);
    } catch (DomainException e) {
      LOG.warn("server '{}' is moved on later: {}", server, e.getMessage());
    }
  }

  /**
   * What a booting server has to wait for: a move that goes on now if all it lacked was a replica.
   */
  public Optional<ServerMove> atBoot(ServerName server) throws DomainException {
    Optional<ServerMove> move = catalog.read(t -> moves.underWay(t, server));
    if (move.isPresent() && move.get().state() == MoveState.ALLOCATING) {
      goOn(server);
      return catalog.read(t -> moves.underWay(t, server));
    }
    return move;
  }

  /** Goes on with the move of a server, if this node has one and nobody does so already. */
  public void goOn(ServerName server) throws DomainException {
    if (!busy.add(server)) {
      return;
    }
    try {
      Optional<ServerMove> move = ours(server);
      while (!closed && move.isPresent() && steps.step(move.get())) {
        move = ours(server);
      }
    } finally {
      busy.remove(server);
    }
  }

  private Optional<ServerMove> ours(ServerName server) throws DomainException {
    return catalog
        .read(transaction -> moves.underWay(transaction, server))
        .filter(move -> move.node().equals(catalog.node()));
  }

  /** Lets no more steps begin; moves go on when the core starts again. */
  @Override
  public void close() {
    closed = true;
  }
}

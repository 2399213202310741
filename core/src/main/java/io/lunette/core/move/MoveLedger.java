/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.move;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationId;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageName;
import io.lunette.core.node.NodeName;
import io.lunette.core.server.ServerDependents;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The moves in a transaction under way. Stateless, so thread-safe. */
public final class MoveLedger implements ServerDependents {

  private static final String UNDER_WAY = "state IN ('RELEASING', 'RESTARTING', 'ALLOCATING')";

  /** Those of this node that have not ended, oldest first. */
  public List<ServerMove> underWayHere(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT * FROM server_move WHERE node = ? AND " + UNDER_WAY + " ORDER BY sequence",
        MoveLedger::move,
        transaction.node().value());
  }

  /** Those that have not ended, of whatever node, oldest first. */
  public List<ServerMove> underWay(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT * FROM server_move WHERE " + UNDER_WAY + " ORDER BY sequence", MoveLedger::move);
  }

  /** The one of a server that has not ended, of whatever node. */
  public Optional<ServerMove> underWay(Transaction transaction, ServerName server)
      throws DomainException {
    return transaction.first(
        "SELECT * FROM server_move WHERE server = ? AND " + UNDER_WAY,
        MoveLedger::move,
        server.value());
  }

  /** The newest of a server. */
  public Optional<ServerMove> newest(Transaction transaction, ServerName server)
      throws DomainException {
    return transaction.first(
        "SELECT * FROM server_move WHERE server = ? ORDER BY sequence DESC LIMIT 1",
        MoveLedger::move,
        server.value());
  }

  /** The newest of all servers. */
  public List<ServerMove> newest(Transaction transaction, int limit) throws DomainException {
    return transaction.query(
        "SELECT * FROM server_move ORDER BY sequence DESC LIMIT ?", MoveLedger::move, limit);
  }

  /** When a server of this node's last joined or left, or began to. */
  public Optional<Instant> lastChange(Transaction transaction, Membership use)
      throws DomainException {
    String tenant = use.tenant().value();
    String image = use.image().value();
    return transaction
        .query(
            "SELECT MAX(updated) AS last FROM server_move WHERE node = ? AND ((to_tenant = ? AND"
                + " to_image = ?) OR (from_tenant = ? AND from_image = ?)) AND"
                + " (COALESCE(from_tenant, '') <> COALESCE(to_tenant, '') OR COALESCE(from_image,"
                + " '') <> COALESCE(to_image, ''))",
            row -> row.optionalInstant("last"),
            transaction.node().value(),
            tenant,
            image,
            tenant,
            image)
        .get(0);
  }

  ServerMove insert(
      Transaction transaction, Actor actor, MoveRequest request, Optional<AllocationId> released)
      throws DomainException {
    transaction.update(
        "INSERT INTO server_move (node, server, released, from_tenant, from_image, to_tenant,"
            + " to_image, restarts, keeps, actor, reason, state, attempts, message, started,"
            + " updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?, ?)",
        transaction.node().value(),
        request.server().value(),
        released.map(AllocationId::value),
        request.from().map(each -> each.tenant().value()),
        request.from().map(each -> each.image().value()),
        request.to().map(each -> each.tenant().value()),
        request.to().map(each -> each.image().value()),
        request.restarts(),
        request.keeps(),
        actor.value(),
        request.reason(),
        MoveState.RELEASING,
        transaction.now(),
        transaction.now());
    return underWay(transaction, request.server()).orElseThrow();
  }

  /** Moves a move on; whether it was where the caller thought. */
  boolean advance(Transaction transaction, ServerMove move, MoveState to, String message)
      throws DomainException {
    if (!move.state().next().contains(to)) {
      throw new IllegalStateException("a move does not go from " + move.state() + " to " + to);
    }
    return transaction.update(
            "UPDATE server_move SET state = ?, attempts = 0, message = ?, updated = ?"
                + " WHERE sequence = ? AND state = ?",
            to,
            message,
            transaction.now(),
            move.sequence(),
            move.state())
        == 1;
  }

  /** Notes that a step was tried in vain, if the move is still where the caller thought. */
  void tried(Transaction transaction, ServerMove move, String message) throws DomainException {
    transaction.update(
        "UPDATE server_move SET attempts = attempts + 1, message = ?, updated = ?"
            + " WHERE sequence = ? AND state = ?",
        message,
        transaction.now(),
        move.sequence(),
        move.state());
  }

  @Override
  public void requireNone(Transaction transaction, ServerName server) throws DomainException {
    Optional<ServerMove> move = underWay(transaction, server);
    if (move.isPresent()) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "server '"
              + server
              + "' is being moved from "
              + move.get().describe()
              + "; 'lunette release "
              + server
              + "' ends that");
    }
  }

  private static ServerMove move(Row row) throws DomainException {
    return new ServerMove(
        row.number("sequence"),
        new NodeName(row.text("node")),
        new ServerName(row.text("server")),
        row.optionalText("released").map(UUID::fromString).map(AllocationId::new),
        membership(row.optionalText("from_tenant"), row.optionalText("from_image")),
        membership(row.optionalText("to_tenant"), row.optionalText("to_image")),
        row.flag("restarts"),
        row.flag("keeps"),
        new Actor(row.text("actor")),
        row.text("reason"),
        row.constant("state", MoveState.class),
        row.integer("attempts"),
        row.text("message"),
        row.instant("started"),
        row.instant("updated"));
  }

  private static Optional<Membership> membership(Optional<String> tenant, Optional<String> image) {
    return tenant.map(
        name -> new Membership(new TenantName(name), new ImageName(image.orElseThrow())));
  }
}

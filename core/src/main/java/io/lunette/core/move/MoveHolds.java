/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.move;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.ServerHolds;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.server.ServerName;
import java.util.Optional;
import java.util.OptionalLong;

/** Keeps others from giving a server something while it is moved, by whatever node. Stateless. */
public final class MoveHolds implements ServerHolds {

  private final MoveLedger moves;
  private final CatalogAuditTrail audit;

  public MoveHolds(MoveLedger moves, CatalogAuditTrail audit) {
    this.moves = moves;
    this.audit = audit;
  }

  @Override
  public void requireFree(Transaction transaction, ServerName server, OptionalLong move)
      throws DomainException {
    if (move.isEmpty()) {
      moves.requireNone(transaction, server);
      return;
    }
    boolean goesOn =
        moves
            .underWay(transaction, server)
            .filter(each -> each.sequence() == move.getAsLong())
            .filter(each -> each.state() == MoveState.ALLOCATING)
            .isPresent();
    if (!goesOn) {
      throw new DomainException(
          DomainException.Kind.BUSY, "the move of server '" + server + "' was ended");
    }
  }

  @Override
  public void end(Transaction transaction, Actor actor, ServerName server) throws DomainException {
    Optional<ServerMove> move = moves.underWay(transaction, server);
    if (move.isPresent()) {
      String why = "server was released by " + actor;
      if (moves.advance(transaction, move.get(), MoveState.FAILED, why)) {
        audit.record(
            transaction,
            actor,
            "server.move.failed",
            server.value(),
            move.get().describe() + ", while " + move.get().state() + ": " + why);
      }
    }
  }
}

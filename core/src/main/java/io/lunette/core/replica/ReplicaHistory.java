/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import java.util.List;

/**
 * The moves that replicas have made, which the database neither changes nor deletes. Stateless, so
 * thread-safe.
 */
public final class ReplicaHistory {

  /** Every move of a replica, the first one first. */
  List<ReplicaMove> of(Transaction transaction, ReplicaName replica) throws DomainException {
    return transaction.query(
        "SELECT * FROM replica_move WHERE replica = ? ORDER BY sequence",
        ReplicaHistory::move,
        replica.value());
  }

  /**
   * The last move of a replica into a state.
   *
   * @throws DomainException NOT_FOUND if it was never in it
   */
  public ReplicaMove last(Transaction transaction, ReplicaName replica, ReplicaState state)
      throws DomainException {
    return transaction
        .first(
            "SELECT * FROM replica_move WHERE replica = ? AND to_state = ?"
                + " ORDER BY sequence DESC LIMIT 1",
            ReplicaHistory::move,
            replica.value(),
            state)
        .orElseThrow(
            () ->
                new DomainException(
                    DomainException.Kind.NOT_FOUND,
                    "replica '" + replica + "' has never been " + state));
  }

  private static ReplicaMove move(Row row) throws DomainException {
    return new ReplicaMove(
        new ReplicaName(row.text("replica")),
        row.optionalText("from_state").map(ReplicaState::valueOf),
        row.constant("to_state", ReplicaState.class),
        row.instant("at_time"),
        new Actor(row.text("actor")),
        row.text("reason"));
  }
}

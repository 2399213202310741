/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaHistory;
import io.lunette.core.replica.ReplicaMove;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import java.util.Optional;

/**
 * Through whose hands a replica went until its scrub.
 *
 * @param held when a server had it; empty if the catalog did not know that one had
 * @param asked when its scrub was, and why
 */
record Custody(Optional<Held> held, ReplicaMove asked) {

  /**
   * The time with the server that held it last.
   *
   * @param allocated when it was given to that server
   * @param released when it was taken back
   */
  record Held(ReplicaMove allocated, ReplicaMove released) {}

  /** Of a replica that is being scrubbed. */
  static Custody of(Transaction transaction, ReplicaHistory history, Replica replica)
      throws DomainException {
    ReplicaName name = replica.name();
    Optional<Held> held =
        replica.server().isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Held(
                    history.last(transaction, name, ReplicaState.ALLOCATED),
                    history.last(transaction, name, ReplicaState.RETURNED)));
    return new Custody(held, history.last(transaction, name, ReplicaState.SCRUBBING));
  }
}

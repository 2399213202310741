/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.replica.ReplicaHistory;
import io.lunette.core.replica.ReplicaMove;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;

/**
 * Through whose hands a replica went until its scrub.
 *
 * @param allocated when it was given to the server that held it last
 * @param released when it was taken back
 * @param asked when its scrub was, and why
 */
record Custody(ReplicaMove allocated, ReplicaMove released, ReplicaMove asked) {

  /** Of a replica that is being scrubbed. */
  static Custody of(Transaction transaction, ReplicaHistory history, ReplicaName replica)
      throws DomainException {
    return new Custody(
        history.last(transaction, replica, ReplicaState.ALLOCATED),
        history.last(transaction, replica, ReplicaState.RETURNED),
        history.last(transaction, replica, ReplicaState.SCRUBBING));
  }
}

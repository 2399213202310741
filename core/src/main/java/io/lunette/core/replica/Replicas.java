/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import io.lunette.core.DomainException;
import java.util.List;
import java.util.Optional;

/** The replicas and how they came to be where they are. */
public interface Replicas {

  /** A page of replicas, by name. */
  List<Replica> list(ReplicaQuery query) throws DomainException;

  Optional<Replica> find(ReplicaName name) throws DomainException;

  /** Every move of a replica, oldest first; empty if there is no such replica. */
  List<ReplicaMove> history(ReplicaName name) throws DomainException;
}

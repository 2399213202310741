/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.image.ImageName;
import io.lunette.core.replica.ReplicaName;
import java.util.List;
import java.util.Optional;

/**
 * Erases what tenants left in returned replicas, in the background: when a pool's returned replicas
 * reach the threshold, when one is too old, when no ready one is left, or when somebody asks.
 */
public interface Scrubs {

  ScrubStatus status() throws DomainException;

  /**
   * Starts the scrub of everything that waits, or of what waits for one image. Does not wait.
   *
   * @return how many replicas went from RETURNED to SCRUBBING
   * @throws DomainException NOT_FOUND if that image does not exist
   */
  int run(Actor actor, Optional<ImageName> image) throws DomainException;

  /** What is known of the finished scrubs of a replica, failed ones included, newest first. */
  List<ScrubRecord> records(ReplicaName replica) throws DomainException;

  /**
   * Tries the scrub of a quarantined replica again.
   *
   * @throws DomainException NOT_FOUND; BUSY if it is not QUARANTINED
   */
  void retry(Actor actor, ReplicaName replica) throws DomainException;
}

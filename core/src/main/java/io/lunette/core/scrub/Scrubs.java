/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.ImageName;
import io.lunette.core.replica.ReplicaName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Erases what tenants left in returned replicas, in the background: when a pool's returned replicas
 * reach the threshold or hold too much, when one is too old, when space runs short, when no ready
 * one is left, or when somebody asks.
 */
public interface Scrubs {

  ScrubStatus status() throws DomainException;

  /** What scrubs wait for, while that lasts, in a line; nothing while they are paused. */
  Optional<String> trouble() throws DomainException;

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

  /**
   * Lets no more scrubs begin, whatever would start them, until somebody resumes; those under way
   * end. Outlives a restart. Doing it again changes nothing.
   */
  void pause(Actor actor) throws DomainException;

  /** Lets scrubs begin again. */
  void resume(Actor actor) throws DomainException;

  /**
   * Bounds what scrubbing takes of the device, at once, and after restarts too.
   *
   * @param bytesPerSecond written or read back, 0 for no bound
   * @throws DomainException INVALID if it is negative, or the driver has no such bound
   */
  void limit(Actor actor, long bytesPerSecond) throws DomainException;

  /**
   * The bound that an operator set before a restart, in bytes a second, 0 for none; empty if none
   * ever did. For who opens a driver that goes on with its erases before the core is there.
   */
  static OptionalLong limitBefore(Catalog catalog) throws DomainException {
    return ScrubControl.limit(catalog);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import io.lunette.core.DomainException;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.replica.ReplicaVolume;
import io.lunette.core.scrub.CatalogScrubs;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeState;
import java.time.Instant;
import java.util.Optional;

/**
 * Tells by its volume that a replica has a past which the catalog does not know, for that is older
 * than the pool, or a present that the volume has not come to, for the pool is older: then the
 * volume may hold what another wrote than who had it by this catalog. What a job of this catalog
 * has begun, and a crash cut off, is none. Used by one thread.
 */
final class ForgottenPast {

  private final VolumeDriver driver;
  private final CatalogScrubs scrubs;

  ForgottenPast(VolumeDriver driver, CatalogScrubs scrubs) {
    this.driver = driver;
    this.scrubs = scrubs;
  }

  /**
   * What became of its volume, if this catalog cannot explain that.
   *
   * @param shown whether an initiator can write to it
   */
  Optional<String> of(Replica replica, VolumeInfo volume, boolean shown)
      throws DomainException, VolumeException {
    if (isTakenForUnused(replica) && (volume.used() || shown)) {
      return Optional.of("was used");
    }
    if (replica.state() != ReplicaState.FAILED && isAnother(replica, volume)) {
      return Optional.of("was made anew since");
    }
    if (replica.state() == ReplicaState.ALLOCATED && volume.state() == VolumeState.ERASING) {
      return Optional.of("is being erased");
    }
    if (isHeld(replica) && isOfBefore(replica, volume)) {
      return Optional.of("is of before its last scrub");
    }
    return matters(replica, volume) && wasErased(replica, volume)
        ? Optional.of("was erased since")
        : Optional.empty();
  }

  /**
   * Whether it matters that another may have erased it: not of a ready one, which nobody has. Nor
   * can that be told from the scrub that the catalog waits for, or that it gave up and the driver
   * ended by itself, unless the volume was used since.
   */
  private static boolean matters(Replica replica, VolumeInfo volume) {
    return switch (replica.state()) {
      case ALLOCATED, RETURNED -> true;
      case SCRUBBING -> volume.used();
      case QUARANTINED -> replica.tenant().isPresent() && volume.used();
      case BUILDING, READY, FAILED, RETIRED -> false;
    };
  }

  private static boolean isTakenForUnused(Replica replica) {
    return replica.state() == ReplicaState.READY || replica.state() == ReplicaState.BUILDING;
  }

  /**
   * Nothing but a replica's making gives it a volume, and while it is BUILDING the catalog has none
   * for it. A volume of an array has its identity from this same catalog, where an erase may change
   * it.
   */
  private boolean isAnother(Replica replica, VolumeInfo volume) throws VolumeException {
    return replica
            .known()
            .map(ReplicaVolume::id)
            .filter(id -> !id.equals(volume.uuid()))
            .isPresent()
        && driver.place(volume.name()).isLocal();
  }

  /** Whether the catalog says of whom it holds what was written to it. */
  private static boolean isHeld(Replica replica) {
    return replica.state() != ReplicaState.FAILED && replica.tenant().isPresent();
  }

  /**
   * Whether its pool has forgotten the last erase that the catalog has a record of: a driver has
   * the end of one durably before anybody hears of it. Clocks are set back, so by the time alone a
   * later erase, whose record is yet to come, would pass for an older one.
   */
  private boolean isOfBefore(Replica replica, VolumeInfo volume)
      throws DomainException, VolumeException {
    Optional<Instant> last = replica.known().flatMap(ReplicaVolume::erased);
    return last.isPresent()
        && driver.place(volume.name()).isLocal()
        && (volume.erased().isEmpty()
            || (volume.erased().get().isBefore(last.get()) && hasRecord(replica, volume)));
  }

  /**
   * Whether another erased it: a replica becomes ready with the record of its scrub, and is not
   * erased while it is held.
   */
  private boolean wasErased(Replica replica, VolumeInfo volume) throws DomainException {
    return volume.erased().isPresent()
        && !replica.known().flatMap(ReplicaVolume::erased).equals(volume.erased())
        && !hasRecord(replica, volume);
  }

  private boolean hasRecord(Replica replica, VolumeInfo volume) throws DomainException {
    return scrubs.hasRecord(replica.name(), volume.uuid(), volume.erased().orElseThrow());
  }
}

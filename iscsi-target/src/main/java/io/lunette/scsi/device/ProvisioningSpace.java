/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.util.Optional;

/**
 * Space behind thin units as their initiators may know it: that of the pool they share, of which no
 * unit has any of its own.
 *
 * @param capacityBytes all that can hold data
 * @param usedBytes what new writes cannot have
 * @param warningPercent of the capacity in use, from which on it is nearly full
 * @param criticalPercent of the capacity in use, from which on writes are about to fail
 */
public record ProvisioningSpace(
    long capacityBytes, long usedBytes, int warningPercent, int criticalPercent) {

  /** Where space is read. Does not block; any thread. */
  @FunctionalInterface
  public interface Gauge {

    /** Of units whose space is not known. */
    Gauge NONE = Optional::empty;

    Optional<ProvisioningSpace> read();
  }

  public long availableBytes() {
    return Math.max(0, capacityBytes - usedBytes);
  }
}

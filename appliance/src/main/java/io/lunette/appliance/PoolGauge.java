/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.core.space.SpaceLevel;
import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.volume.PoolSpace;
import io.lunette.scsi.device.ProvisioningSpace;
import java.util.Optional;

/**
 * The space of the pool as it was last looked at, for the units that tell it to their initiators:
 * who asks on an event loop must not wait for the driver. Thread-safe.
 */
final class PoolGauge implements ProvisioningSpace.Gauge {

  private final SpaceThresholds thresholds;
  private volatile Optional<ProvisioningSpace> last = Optional.empty();
  private volatile Runnable whenReached = () -> {};

  @GuardedBy("this")
  private SpaceLevel level = SpaceLevel.NORMAL;

  /** What is over a threshold already counts as told. */
  PoolGauge(SpaceThresholds thresholds, PoolSpace now) {
    this.thresholds = thresholds;
    looked(now);
  }

  /** Runs something, on the thread of who looks, whenever a threshold was reached. */
  void whenReached(Runnable told) {
    whenReached = told;
  }

  /** Takes over what somebody has just seen. */
  void looked(PoolSpace space) {
    last =
        Optional.of(
            new ProvisioningSpace(
                space.roomBytes(),
                space.usedBytes(),
                thresholds.warningPercent(),
                thresholds.criticalPercent()));
    if (rises(space)) {
      whenReached.run();
    }
  }

  private synchronized boolean rises(PoolSpace space) {
    SpaceLevel before = level;
    level = thresholds.level(before, space);
    return level.compareTo(before) > 0;
  }

  @Override
  public Optional<ProvisioningSpace> read() {
    return last;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import io.lunette.core.space.SpaceThresholds;
import java.time.Duration;

/**
 * Bounds of the background work.
 *
 * @param scrubRuns how many scrubs run at one time
 * @param scrubAttempts how often a scrub is tried before its replica is quarantined
 * @param refillBatch how many replicas are cloned in one call of the driver
 * @param tick how often the age of returned replicas and the space of the pool are looked at and
 *     failures are tried again
 * @param space when the pool counts as nearly full
 */
public record CoreSettings(
    int scrubRuns, int scrubAttempts, int refillBatch, Duration tick, SpaceThresholds space) {

  public static final CoreSettings DEFAULT =
      new CoreSettings(2, 3, 512, Duration.ofSeconds(1), SpaceThresholds.DEFAULT);

  /** These, with other thresholds. */
  public CoreSettings withSpace(SpaceThresholds thresholds) {
    return new CoreSettings(scrubRuns, scrubAttempts, refillBatch, tick, thresholds);
  }

  public CoreSettings {
    if (scrubRuns < 1 || scrubAttempts < 1 || refillBatch < 1 || tick.toMillis() < 1) {
      throw new IllegalArgumentException("bounds of background work must be 1 or more");
    }
  }
}

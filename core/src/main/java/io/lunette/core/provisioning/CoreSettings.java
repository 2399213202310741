/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import java.time.Duration;

/**
 * Bounds of the background work.
 *
 * @param scrubRuns how many scrubs run at one time
 * @param scrubAttempts how often a scrub is tried before its replica is quarantined
 * @param refillBatch how many replicas are cloned in one call of the driver
 * @param tick how often the age of returned replicas is looked at and failures are tried again
 */
public record CoreSettings(int scrubRuns, int scrubAttempts, int refillBatch, Duration tick) {

  public static final CoreSettings DEFAULT = new CoreSettings(2, 3, 512, Duration.ofSeconds(1));

  public CoreSettings {
    if (scrubRuns < 1 || scrubAttempts < 1 || refillBatch < 1 || tick.toMillis() < 1) {
      throw new IllegalArgumentException("bounds of background work must be 1 or more");
    }
  }
}

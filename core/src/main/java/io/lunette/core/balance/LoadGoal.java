/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import io.lunette.core.load.LoadSample;

/**
 * How busy the servers of a group should be.
 *
 * @param metric the number that says so; the more, the busier
 * @param target what its mean over the servers should be
 * @param hysteresis how far it may be off, as a share of the target, before servers are moved
 */
public record LoadGoal(String metric, double target, double hysteresis) {

  public LoadGoal {
    LoadSample.requireMetric(metric);
    if (!(target > 0) || !Double.isFinite(target)) {
      throw new IllegalArgumentException("a target load is a number above 0");
    }
    if (!(hysteresis >= 0 && hysteresis < 1)) {
      throw new IllegalArgumentException("a hysteresis is from 0 to less than 100 %");
    }
  }

  /** Above this the group wants another server. */
  double high() {
    return target * (1 + hysteresis);
  }

  /** Below this the group can do with one less. */
  double low() {
    return target * (1 - hysteresis);
  }
}

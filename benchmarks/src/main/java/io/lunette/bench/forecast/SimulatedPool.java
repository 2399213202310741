/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.forecast;

import java.util.Map;

/**
 * What came of a simulation.
 *
 * @param policy how the size was chosen
 * @param requests that were counted
 * @param missed how many of them found no ready replica
 * @param idleMean ready replicas on the average of time
 * @param idleMax the most at any time
 * @param aim whether the share of misses was no more than asked
 */
record SimulatedPool(
    String policy, int requests, int missed, double idleMean, int idleMax, boolean aim) {

  double missShare() {
    return requests == 0 ? 0 : (double) missed / requests;
  }

  double hitRate() {
    return 1 - missShare();
  }

  Map<String, Object> toMap() {
    return Map.of(
        "policy", policy,
        "requests", requests,
        "missed", missed,
        "missShare", missShare(),
        "hitRate", hitRate(),
        "idleMean", idleMean,
        "idleMax", idleMax,
        "aimKept", aim);
  }
}

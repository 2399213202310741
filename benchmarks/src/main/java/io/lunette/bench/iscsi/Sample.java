/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.util.OptionalLong;
import org.HdrHistogram.Histogram;

/**
 * One target under load, once.
 *
 * @param commands that were counted
 * @param nanos in which they ended
 * @param latencies of each, in nanoseconds
 * @param generatorNanos processor time of the threads that made the load
 * @param targetNanos processor time of the target's process, where it is known
 */
record Sample(
    long commands, long nanos, Histogram latencies, long generatorNanos, OptionalLong targetNanos) {

  double perSecond() {
    return commands * 1e9 / nanos;
  }

  double generatorMicrosPerCommand() {
    return generatorNanos / 1e3 / commands;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import io.lunette.appliance.config.ByteSize;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * What is asked of each target in each round.
 *
 * @param blockBytes of a command
 * @param depth commands in flight in each session
 * @param mix reads and writes
 * @param random where: at random, or one after the other
 * @param sessions each with a thread and a part of the unit of its own
 * @param headerDigest whether headers carry CRC32C
 * @param warmUp load that is not counted, before
 * @param duration how long is counted
 * @param count how many commands of all sessions are counted, instead of the duration
 */
public record Workload(
    int blockBytes,
    int depth,
    Mix mix,
    boolean random,
    int sessions,
    boolean headerDigest,
    Duration warmUp,
    Duration duration,
    OptionalLong count) {

  public Workload {
    if (blockBytes < 512 || depth < 1 || sessions < 1 || warmUp.isNegative()) {
      throw new IllegalArgumentException(
          "a workload has blocks of 512 bytes, a depth of 1 and one session at least");
    }
    if (duration.isZero() || duration.isNegative() || count.orElse(sessions) < sessions) {
      throw new IllegalArgumentException(
          "a workload counts for a while, or a command for each session at least");
    }
  }

  /** In words, as a table has it. */
  public String name() {
    return new ByteSize(blockBytes).forPeople()
        + (random ? " random " : " sequential ")
        + mix
        + ", depth "
        + depth
        + (sessions == 1 ? "" : ", " + sessions + " sessions")
        + (headerDigest ? ", header digest" : "");
  }
}

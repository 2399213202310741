/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

import java.time.Duration;

/**
 * How a session is opened.
 *
 * @param initiatorName the iSCSI name of this end
 * @param depth tasks that can be in flight
 * @param taskBytes the most data that a task moves
 * @param headerDigest whether CRC32C header digests are required; otherwise none are offered.
 *     libiscsi 1.19 never offers a data digest
 * @param patience how long the target may be silent while something is asked of it
 */
public record SessionOptions(
    String initiatorName, int depth, int taskBytes, boolean headerDigest, Duration patience) {

  private static final int MIN_TASK_BYTES = 512;

  public SessionOptions {
    if (depth < 1) {
      throw new IllegalArgumentException("a depth of " + depth);
    }
    if (taskBytes < MIN_TASK_BYTES) {
      throw new IllegalArgumentException("tasks of " + taskBytes + " bytes");
    }
    if (patience.isNegative() || patience.isZero()) {
      throw new IllegalArgumentException("a patience of " + patience);
    }
  }
}

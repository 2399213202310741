/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import io.lunette.libiscsi.InitiatorSession;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Content that no store finds easier than another: no zeroes, nothing that repeats. */
final class Noise {

  private Noise() {}

  /** Fills the buffers of all tasks. */
  static void fill(InitiatorSession session, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int task = 0; task < session.depth(); task++) {
      ByteBuffer buffer = session.buffer(task);
      for (int at = 0; at + Long.BYTES <= buffer.capacity(); at += Long.BYTES) {
        buffer.putLong(at, random.nextLong());
      }
    }
  }
}

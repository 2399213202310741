/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Optional;

/**
 * Content that says what it is: every logical block begins with the run, its own number and its
 * generation, and all that follows derives from these three. So a block that is old, of elsewhere,
 * torn or damaged in any byte is found, and mostly named.
 *
 * <pre>
 *  0 run   8 LBA  16 generation  24 words mixed from the three and their place
 * </pre>
 *
 * @param run a number that no other run has
 * @param logicalBlockBytes bytes of a logical block
 */
public record Stamp(long run, int logicalBlockBytes) {

  private static final int HEAD_BYTES = 3 * Long.BYTES;

  /** Fills as much of the buffer as these blocks take. */
  public void fill(ByteBuffer buffer, long lba, int blocks, long generation) {
    ByteBuffer words = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    for (int block = 0; block < blocks; block++) {
      int start = block * logicalBlockBytes;
      words.putLong(start, run);
      words.putLong(start + 8, lba + block);
      words.putLong(start + 16, generation);
      long seed = seed(lba + block, generation);
      for (int at = HEAD_BYTES; at < logicalBlockBytes; at += Long.BYTES) {
        words.putLong(start + at, mix(seed + at));
      }
    }
  }

  /** The first block that is not as {@link #fill} made it, in words. */
  public Optional<String> findDamage(ByteBuffer buffer, long lba, int blocks, long generation) {
    ByteBuffer words = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    for (int block = 0; block < blocks; block++) {
      int start = block * logicalBlockBytes;
      long number = lba + block;
      if (words.getLong(start) != run
          || words.getLong(start + 8) != number
          || words.getLong(start + 16) != generation) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "LBA %d holds %s, not generation %d",
                number,
                headOf(words, start),
                generation));
      }
      long seed = seed(number, generation);
      for (int at = HEAD_BYTES; at < logicalBlockBytes; at += Long.BYTES) {
        long expected = mix(seed + at);
        long found = words.getLong(start + at);
        if (found != expected) {
          int damaged = at + Long.numberOfTrailingZeros(found ^ expected) / Byte.SIZE;
          return Optional.of(
              String.format(
                  Locale.ROOT,
                  "LBA %d, generation %d, byte %d is wrong",
                  number,
                  generation,
                  damaged));
        }
      }
    }
    return Optional.empty();
  }

  private String headOf(ByteBuffer words, int start) {
    if (words.getLong(start) != run) {
      return "no block of this run";
    }
    return "LBA " + words.getLong(start + 8) + " of generation " + words.getLong(start + 16);
  }

  private long seed(long lba, long generation) {
    return mix(run ^ mix(lba ^ mix(generation)));
  }

  /** The finaliser of SplitMix64: every bit of the input changes half of the output. */
  private static long mix(long z) {
    long y = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    y = (y ^ (y >>> 27)) * 0x94d049bb133111ebL;
    return y ^ (y >>> 31);
  }
}

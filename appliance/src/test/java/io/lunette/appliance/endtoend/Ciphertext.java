/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

/**
 * What enciphered writes left in a pool: blocks that were not there before and look like noise, as
 * metadata does not. Each is known by its first sector.
 */
final class Ciphertext {

  private static final int BLOCK = 4096;
  private static final int SECTOR = 512;

  /** Of 512 random bytes 221 are different, give or take a few. */
  private static final int NOISE = 180;

  private final Path pool;
  private final Set<ByteBuffer> before;
  private Set<ByteBuffer> written = Set.of();

  private Ciphertext(Path pool) throws IOException {
    this.pool = pool;
    this.before = noise(pool);
  }

  /** Begins to watch a pool. */
  static Ciphertext in(Path pool) throws IOException {
    return new Ciphertext(pool);
  }

  /** Takes what has come since for what was written; returns how many blocks that is. */
  int written() throws IOException {
    written = noise(pool);
    written.removeAll(before);
    return written.size();
  }

  /** How many of those blocks are in the pool still, at whatever block. */
  int left() throws IOException {
    Set<ByteBuffer> left = noise(pool);
    left.retainAll(written);
    return left.size();
  }

  private static Set<ByteBuffer> noise(Path pool) throws IOException {
    Set<ByteBuffer> found = new HashSet<>();
    byte[] block = new byte[BLOCK];
    try (InputStream in = new BufferedInputStream(Files.newInputStream(pool), 1 << 20)) {
      while (in.readNBytes(block, 0, BLOCK) == BLOCK) {
        if (isNoise(block)) {
          found.add(ByteBuffer.wrap(Arrays.copyOf(block, SECTOR)));
        }
      }
    }
    return found;
  }

  private static boolean isNoise(byte[] block) {
    BitSet values = new BitSet();
    for (int at = 0; at < SECTOR; at++) {
      values.set(block[at] & 0xff);
    }
    return values.cardinality() > NOISE;
  }
}

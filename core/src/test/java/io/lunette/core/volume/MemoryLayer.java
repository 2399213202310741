/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Blocks of 4096 bytes over those of a layer below, which no longer changes. Not thread-safe: its
 * volume guards it.
 */
final class MemoryLayer {

  static final int BLOCK = 4096;
  private static final byte[] ZEROES = new byte[BLOCK];

  private final MemoryLayer below;
  private final long belowBytes;
  private final Map<Long, byte[]> blocks = new HashMap<>();

  /**
   * A layer on another, or on zeroes if {@code below} is null.
   *
   * @param belowBytes where what lies below ends, for what is larger
   */
  MemoryLayer(MemoryLayer below, long belowBytes) {
    this.below = below;
    this.belowBytes = belowBytes;
  }

  void read(long offset, byte[] target) {
    for (int done = 0; done < target.length; ) {
      int within = (int) ((offset + done) % BLOCK);
      int length = Math.min(BLOCK - within, target.length - done);
      System.arraycopy(block((offset + done) / BLOCK), within, target, done, length);
      done += length;
    }
  }

  void write(long offset, byte[] source) {
    for (int done = 0; done < source.length; ) {
      long index = (offset + done) / BLOCK;
      int within = (int) ((offset + done) % BLOCK);
      int length = Math.min(BLOCK - within, source.length - done);
      byte[] block = block(index).clone();
      System.arraycopy(source, done, block, within, length);
      blocks.put(index, block);
      done += length;
    }
  }

  void zero(long offset, long length) {
    for (long at = offset; at < offset + length; ) {
      int within = (int) (at % BLOCK);
      int part = (int) Math.min(BLOCK - within, offset + length - at);
      byte[] block = block(at / BLOCK).clone();
      Arrays.fill(block, within, within + part, (byte) 0);
      blocks.put(at / BLOCK, block);
      at += part;
    }
  }

  boolean holds(long index) {
    return blocks.containsKey(index) || (shows(index) && below.holds(index));
  }

  /** The same content, without what is zero, in a layer that lies on nothing. */
  MemoryLayer flattened(long size) {
    MemoryLayer flat = new MemoryLayer(null, 0);
    for (long index = 0; index < size / BLOCK; index++) {
      byte[] block = block(index);
      if (!Arrays.equals(block, ZEROES)) {
        flat.blocks.put(index, block.clone());
      }
    }
    return flat;
  }

  /** The same layer over what lies below, which goes its own way from now on. */
  MemoryLayer copy() {
    MemoryLayer copy = new MemoryLayer(below, belowBytes);
    blocks.forEach((index, block) -> copy.blocks.put(index, block.clone()));
    return copy;
  }

  long ownBlocks() {
    return blocks.size();
  }

  private byte[] block(long index) {
    byte[] own = blocks.get(index);
    if (own != null) {
      return own;
    }
    return shows(index) ? below.block(index) : ZEROES;
  }

  private boolean shows(long index) {
    return below != null && index < belowBytes / BLOCK;
  }
}

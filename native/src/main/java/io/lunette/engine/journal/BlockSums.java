/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.journal;

import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * What the device holds in some of its blocks, as CRC32C: a group of the journal that has these of
 * the data that its records speak of can be written before that data is durable. Not thread-safe.
 */
public final class BlockSums {

  /** The most that a group has: so many are read when a pool is opened after a crash. */
  public static final int MAX = 256;

  private long[] blocks = new long[4];
  private int[] sums = new int[4];
  private int count;

  /** Adds the blocks of a buffer, all of them whole, which go to that byte offset of the device. */
  public void add(long offset, ByteBuffer bytes) {
    ByteBuffer rest = bytes.duplicate();
    for (long block = offset / PoolLayout.BLOCK_BYTES; rest.hasRemaining(); block++) {
      add(block, sum(rest.slice(rest.position(), PoolLayout.BLOCK_BYTES)));
      rest.position(rest.position() + PoolLayout.BLOCK_BYTES);
    }
  }

  /** Adds all of another. */
  public void add(BlockSums others) {
    for (int i = 0; i < others.count; i++) {
      add(others.blocks[i], others.sums[i]);
    }
  }

  void add(long block, int sum) {
    if (count == blocks.length) {
      blocks = Arrays.copyOf(blocks, 2 * count);
      sums = Arrays.copyOf(sums, 2 * count);
    }
    blocks[count] = block;
    sums[count++] = sum;
  }

  static int sum(ByteBuffer block) {
    CRC32C crc = new CRC32C();
    crc.update(block);
    return (int) crc.getValue();
  }

  /** How many blocks there are. */
  public int size() {
    return count;
  }

  /** Number of a block: its byte offset on the device divided by the bytes of a block. */
  long block(int i) {
    return blocks[i];
  }

  int sum(int i) {
    return sums[i];
  }

  /** Whether a block is among them. */
  public boolean contains(long block) {
    for (int i = 0; i < count; i++) {
      if (blocks[i] == block) {
        return true;
      }
    }
    return false;
  }

  /** Hands out the numbers of all blocks. */
  public void forEachBlock(LongConsumer visitor) {
    for (int i = 0; i < count; i++) {
      visitor.accept(blocks[i]);
    }
  }
}

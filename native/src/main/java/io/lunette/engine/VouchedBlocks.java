/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.journal.BlockSums;
import io.lunette.engine.journal.RecordBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Blocks of the device that nobody may overwrite, for the journal vouches for what they hold: a
 * group that is durable by the same flush as its data says by sums what that data is. If they did
 * not fit any more, a crash would seem to have lost the group. The next group frees them.
 *
 * <p>A block is here from before a map names it, so whoever finds it in a map and does not find it
 * here may overwrite it. One for a pool; {@link #touches} is for anyone, the rest as it says.
 */
final class VouchedBlocks {

  static final BlockSums NONE = new BlockSums();

  private final Set<Long> blocks = ConcurrentHashMap.newKeySet();

  /** What the last group of the journal has the sums of; of who has the turn to commit. */
  private BlockSums last = NONE;

  /** Takes over what the last group vouches for that was replayed. */
  void replayed(BlockSums sums) {
    last = sums;
    add(sums);
  }

  /** Whether the last group vouches for anything; for who has the turn to commit. */
  boolean isAnyDurable() {
    return last.size() > 0;
  }

  /** Whether any of these bytes of the device must stay as they are. */
  boolean touches(long offset, int length) {
    return !blocks.isEmpty() && count(offset, length, NONE) > 0;
  }

  /** How many of the blocks there are in a range, but for some. */
  int count(long offset, int length, BlockSums without) {
    int count = 0;
    long end = (offset + length - 1) / PoolLayout.BLOCK_BYTES;
    for (long block = offset / PoolLayout.BLOCK_BYTES; block <= end; block++) {
      if (blocks.contains(block) && !without.contains(block)) {
        count++;
      }
    }
    return count;
  }

  /** Adds what a group to come will vouch for, before any map names it. */
  void add(BlockSums sums) {
    sums.forEachBlock(blocks::add);
  }

  /** Lets go of what a group to come will not vouch for after all. */
  void remove(BlockSums sums) {
    sums.forEachBlock(blocks::remove);
  }

  /**
   * Says that a group is durable; by who has the turn to commit.
   *
   * @param vouches whether it has its sums with it
   */
  void appended(RecordBuffer group, boolean vouches) {
    remove(last);
    last = vouches ? group.sums() : NONE;
    if (!vouches) {
      remove(group.sums());
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Sense;
import io.lunette.scsi.device.CopyLimits;
import io.lunette.scsi.device.LogicalUnit;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A block device range descriptor list (SBC-3 §5.19.3): 16 bytes each, an LBA of eight and a number
 * of blocks of four. Ranges without blocks are left out, as is an incomplete last one.
 */
final class BlockRanges {

  private static final int DESCRIPTOR = 16;

  private BlockRanges() {}

  /**
   * Reads and checks the ranges of a list.
   *
   * @param lengthAt where the length of the descriptor list is; the list follows it
   */
  static Parsed<List<BlockRange>> read(LogicalUnit unit, ByteBuffer list, int lengthAt) {
    int announced = list.getShort(lengthAt) & 0xFFFF;
    int from = lengthAt + 2;
    int count = Math.min(announced, list.limit() - from) / DESCRIPTOR;
    if (announced < DESCRIPTOR || count == 0) {
      return refused(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(lengthAt));
    }
    if (count > CopyLimits.TOKEN_RANGES) {
      return refused(Sense.TOO_MANY_SEGMENT_DESCRIPTORS);
    }
    List<BlockRange> ranges = new ArrayList<>();
    long sum = 0;
    for (int i = 0; i < count; i++) {
      int at = from + i * DESCRIPTOR;
      BlockRange range = new BlockRange(list.getLong(at), list.getInt(at + 8) & 0xFFFF_FFFFL);
      if (!unit.contains(range.lba(), range.blocks())) {
        return refused(Sense.LBA_OUT_OF_RANGE);
      }
      sum += range.blocks();
      if (sum > CopyLimits.tokenBlocks(unit)) {
        return refused(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(at + 8));
      }
      if (range.blocks() > 0) {
        ranges.add(range);
      }
    }
    return anyTwice(ranges)
        ? refused(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(from))
        : new Parsed.Accepted<>(List.copyOf(ranges));
  }

  private static Parsed<List<BlockRange>> refused(Sense why) {
    return new Parsed.Answered<>(why);
  }

  private static boolean anyTwice(List<BlockRange> ranges) {
    List<BlockRange> sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparingLong(BlockRange::lba));
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i - 1).overlaps(sorted.get(i))) {
        return true;
      }
    }
    return false;
  }

  static long sum(List<BlockRange> ranges) {
    return ranges.stream().mapToLong(BlockRange::blocks).sum();
  }
}

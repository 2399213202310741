/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import java.nio.ByteBuffer;

/**
 * What a copy manager takes: the operating parameters of RECEIVE COPY RESULTS (SPC-4), service
 * action 3.
 *
 * @param withoutListId whether it takes a list that has no identifier (SNLID)
 * @param segmentBytesMax of a segment; 0 where there is no limit
 * @param granularityBytes what a segment is a multiple of
 * @param concurrent copies that it does at once
 * @param blockToBlock whether it knows units by identification descriptors, and copies from block
 *     device to block device
 */
record CopyLimits(
    boolean withoutListId,
    long segmentBytesMax,
    long granularityBytes,
    int concurrent,
    boolean blockToBlock) {

  static final int ALLOCATION_BYTES = 512;

  /** Where a unit does not say: one copy at a time, of what every target has to take. */
  static final CopyLimits UNSTATED = new CopyLimits(false, 0, 1, 1, true);

  private static final int FLAGS = 4;
  private static final int SEGMENT_BYTES_MAX = 16;
  private static final int CONCURRENT = 36;
  private static final int GRANULARITY = 37;
  private static final int TYPE_COUNT = 43;
  private static final int GRANULARITY_LOG_MAX = 30;

  static CopyLimits of(ByteBuffer data) {
    return new CopyLimits(
        (Vpd.oneByte(data, FLAGS) & 1) != 0,
        Vpd.fourBytes(data, SEGMENT_BYTES_MAX),
        1L << Math.min(GRANULARITY_LOG_MAX, Vpd.oneByte(data, GRANULARITY)),
        Math.max(1, Vpd.oneByte(data, CONCURRENT)),
        has(data, CopyList.IDENTIFICATION_DESCRIPTOR) && has(data, CopyList.BLOCK_TO_BLOCK));
  }

  private static boolean has(ByteBuffer data, int type) {
    for (int i = 0; i < Vpd.oneByte(data, TYPE_COUNT); i++) {
      if (Vpd.oneByte(data, TYPE_COUNT + 1 + i) == type && data.limit() > TYPE_COUNT + 1 + i) {
        return true;
      }
    }
    return false;
  }

  /** Blocks of one segment: a field of 16 bits holds them. */
  int segmentBlocks(int blockBytes) {
    long most = segmentBytesMax == 0 ? Long.MAX_VALUE : segmentBytesMax;
    long granule = Math.max(1, granularityBytes / blockBytes);
    long blocks = Math.min(0xffff, most / blockBytes);
    return (int) Math.max(1, blocks / granule * granule);
  }
}

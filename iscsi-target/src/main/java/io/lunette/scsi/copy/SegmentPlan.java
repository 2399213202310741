/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Sense;

/**
 * What a segment comes to between two known units, or why it cannot be carried out.
 *
 * <p>Where the block lengths differ, a segment may end inside a block: a residual at the
 * destination if it counts source blocks, at the source if it counts the destination's. PAD and CAT
 * say what becomes of it (SPC-4 table 116). It is never kept for a later segment: where CAT, or PAD
 * of the destination alone, asks for that, the segment is refused as inexact.
 *
 * @param refusal null if it can be carried out
 */
record SegmentPlan(Span span, Sense refusal) {

  static SegmentPlan of(SegmentDescriptor segment, Cscd source, Cscd destination, boolean last) {
    int sourceBlock = source.access().blockBytes();
    int destinationBlock = destination.access().blockBytes();
    boolean counted = segment.countsDestination();
    long bytes = segment.blocks() * (long) (counted ? destinationBlock : sourceBlock);
    if (bytes == 0) {
      return new SegmentPlan(new Span(source.access(), 0, destination.access(), 0, 0), null);
    }
    if (!source.access().unit().contains(segment.sourceLba(), blocks(bytes, sourceBlock))) {
      return refused(Sense.COPY_OUT_OF_RANGE.atSegmentByte(SegmentDescriptor.SOURCE_LBA));
    }
    long residual = bytes % (counted ? sourceBlock : destinationBlock);
    boolean discards = segment.carriesResidual() ? last : source.pad();
    boolean pads = !segment.carriesResidual() && destination.pad() && (!counted || last);
    if (residual != 0 && !discards && !pads) {
      return refused(Sense.INEXACT_SEGMENT);
    }
    long moved = counted || pads ? bytes : bytes - residual;
    if (!destination
        .access()
        .unit()
        .contains(segment.destinationLba(), blocks(moved, destinationBlock))) {
      return refused(Sense.COPY_OUT_OF_RANGE.atSegmentByte(SegmentDescriptor.DESTINATION_LBA));
    }
    return new SegmentPlan(
        new Span(
            source.access(),
            segment.sourceLba() * sourceBlock,
            destination.access(),
            segment.destinationLba() * destinationBlock,
            moved),
        null);
  }

  private static SegmentPlan refused(Sense why) {
    return new SegmentPlan(null, why);
  }

  private static long blocks(long bytes, int blockBytes) {
    return (bytes + blockBytes - 1) / blockBytes;
  }
}

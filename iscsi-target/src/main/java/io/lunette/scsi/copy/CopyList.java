/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import java.util.List;
import java.util.Optional;

/**
 * What an EXTENDED COPY asks for.
 *
 * @param listId list identifier; empty if the operation is not to be asked about
 * @param background IMMED: status is returned before the first segment
 * @param goodSense G_SENSE: GOOD status comes with sense
 * @param cscdsFrom identifier of the first CSCD descriptor: a descriptor lies at 16 + 32 times its
 *     identifier (SPC-4 table 148), and the longer header takes the first place
 */
record CopyList(
    Optional<Long> listId,
    boolean background,
    boolean goodSense,
    int cscdsFrom,
    List<CscdDescriptor> cscds,
    List<SegmentDescriptor> segments) {

  /** The CSCD descriptor of an identifier, if it is in the list. */
  Optional<CscdDescriptor> cscd(int id) {
    int index = id - cscdsFrom;
    return index >= 0 && index < cscds.size() ? Optional.of(cscds.get(index)) : Optional.empty();
  }

  /** Blocks of the longest segment. */
  int longestSegment() {
    return segments.stream().mapToInt(SegmentDescriptor::blocks).max().orElse(0);
  }
}

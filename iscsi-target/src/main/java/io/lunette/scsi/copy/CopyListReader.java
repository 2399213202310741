/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.CopyLimits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the parameter lists of EXTENDED COPY(LID1) and (LID4) (SPC-4 §6.5, §6.4.2, §6.4.3). Every
 * descriptor is looked at before the first segment is copied, so that a bad list changes nothing.
 */
final class CopyListReader {

  private static final int LID1_HEADER = 16;
  private static final int LID4_HEADER = 48;
  private static final int LID4_FORMAT = 0x01;
  private static final int LID4_HEADER_TYPE = 0xFF;
  private static final int G_SENSE = 0x02;
  private static final int IMMED = 0x01;
  private static final int RESERVED_USAGE = 1;
  private static final int NO_LIST_ID = 3;

  private final ByteBuffer list;
  private final boolean longForm;
  private final List<CscdDescriptor> cscds = new ArrayList<>();
  private final List<SegmentDescriptor> segments = new ArrayList<>();

  private CopyListReader(ByteBuffer list, boolean longForm) {
    this.list = list;
    this.longForm = longForm;
  }

  /**
   * Reads a list.
   *
   * @param list what arrived, from 0 to the limit
   * @param announced PARAMETER LIST LENGTH
   * @param longForm whether it is of EXTENDED COPY(LID4)
   */
  static Parsed<CopyList> read(ByteBuffer list, long announced, boolean longForm) {
    if (announced == 0) {
      return new Parsed.Answered<>(Outcome.GOOD);
    }
    int header = longForm ? LID4_HEADER : LID1_HEADER;
    if (announced < header || list.limit() < announced) {
      return new Parsed.Answered<>(Sense.PARAMETER_LIST_LENGTH);
    }
    return new CopyListReader(list.slice(0, (int) announced), longForm).read();
  }

  private Parsed<CopyList> read() {
    Sense refusal = longForm ? checkLongHeader() : null;
    if (refusal == null) {
      refusal = checkListId();
    }
    if (refusal == null) {
      refusal = readDescriptors();
    }
    if (refusal != null) {
      return new Parsed.Answered<>(refusal);
    }
    Optional<Long> id = usage() == NO_LIST_ID ? Optional.empty() : Optional.of(listId());
    return new Parsed.Accepted<>(
        new CopyList(
            id,
            flag(IMMED),
            flag(G_SENSE),
            longForm ? 1 : 0,
            List.copyOf(cscds),
            List.copyOf(segments)));
  }

  private boolean flag(int mask) {
    return longForm && (list.get(15) & mask) != 0;
  }

  private int usage() {
    return list.get(1) >> 3 & 3;
  }

  private long listId() {
    return longForm ? list.getInt(20) & 0xFFFF_FFFFL : list.get(0) & 0xFF;
  }

  private Sense checkLongHeader() {
    if (list.get(0) != LID4_FORMAT) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(0);
    }
    if (list.getShort(2) != CscdDescriptor.BYTES) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(2);
    }
    if ((list.get(16) & 0xFF) != LID4_HEADER_TYPE) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(16);
    }
    return flag(IMMED) && (flag(G_SENSE) || usage() == NO_LIST_ID)
        ? Sense.INVALID_FIELD_IN_CDB
        : null;
  }

  private Sense checkListId() {
    if (usage() == RESERVED_USAGE) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameterBit(1, 4);
    }
    return usage() == NO_LIST_ID && listId() != 0
        ? Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(longForm ? 20 : 0)
        : null;
  }

  private Sense readDescriptors() {
    long cscdBytes = list.getShort(longForm ? 42 : 2) & 0xFFFF;
    long segmentBytes = longForm ? list.getShort(44) & 0xFFFF : list.getInt(8) & 0xFFFF_FFFFL;
    long inlineBytes = longForm ? list.getShort(46) & 0xFFFF : list.getInt(12) & 0xFFFF_FFFFL;
    if (inlineBytes != 0) {
      return Sense.INLINE_DATA_TOO_LONG;
    }
    int header = longForm ? LID4_HEADER : LID1_HEADER;
    if (cscdBytes + segmentBytes > CopyLimits.DESCRIPTOR_LIST_BYTES
        || header + cscdBytes + segmentBytes > list.limit()) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    int segmentsAt = header + (int) cscdBytes;
    Sense refusal = readCscds(header, segmentsAt);
    return refusal != null ? refusal : readSegments(segmentsAt, segmentsAt + (int) segmentBytes);
  }

  private Sense readCscds(int from, int to) {
    if ((to - from) % CscdDescriptor.BYTES != 0) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(longForm ? 42 : 2);
    }
    if ((to - from) / CscdDescriptor.BYTES > CopyLimits.CSCD_DESCRIPTORS) {
      return Sense.TOO_MANY_TARGET_DESCRIPTORS;
    }
    for (int at = from; at < to; at += CscdDescriptor.BYTES) {
      if ((list.get(at) & 0xFF) != CscdDescriptor.IDENTIFICATION) {
        return Sense.BAD_TARGET_DESCRIPTOR.atParameter(at);
      }
      int designatorBytes = list.get(at + CscdDescriptor.DESIGNATOR_LENGTH) & 0xFF;
      if (designatorBytes > CscdDescriptor.MOST_DESIGNATOR_BYTES) {
        return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(at + CscdDescriptor.DESIGNATOR_LENGTH);
      }
      cscds.add(CscdDescriptor.decode(list, at));
    }
    return null;
  }

  private Sense readSegments(int from, int to) {
    for (int at = from; at < to; at += SegmentDescriptor.BYTES) {
      if (segments.size() == CopyLimits.SEGMENT_DESCRIPTORS) {
        return Sense.TOO_MANY_SEGMENT_DESCRIPTORS;
      }
      if (list.get(at) != SegmentDescriptor.BLOCK_TO_BLOCK) {
        return Sense.BAD_SEGMENT_DESCRIPTOR.atParameter(at);
      }
      if (to - at < SegmentDescriptor.BYTES) {
        return Sense.PARAMETER_LIST_LENGTH;
      }
      if (list.getShort(at + SegmentDescriptor.LENGTH)
          != SegmentDescriptor.BYTES - SegmentDescriptor.HEADER) {
        return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(at + SegmentDescriptor.LENGTH);
      }
      segments.add(SegmentDescriptor.decode(list, at, segments.size()));
    }
    return null;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.ModeValues;
import io.lunette.scsi.mode.ModePage;
import io.lunette.scsi.mode.ModePages;
import java.nio.ByteBuffer;

/**
 * What MODE SELECT brings (SPC-4 §7.5.4): a header, at most one block descriptor, pages. All of it
 * is checked before anything is changed; a page may change nothing but its changeable bits, and a
 * block descriptor nothing at all, for a unit keeps its size and its blocks.
 */
final class ModeParameterList {

  private static final int SPF = 0x40;
  private static final int LONG_LBA = 0x01;
  private static final int SHORT_DESCRIPTOR = 8;
  private static final int LONG_DESCRIPTOR = 16;
  private static final long ALL_BLOCKS = 0xFFFF_FFFFL;

  private final LogicalUnit unit;
  private final ModePages pages;
  private final ByteBuffer list;
  private final boolean ten;
  private ModeValues values;

  ModeParameterList(LogicalUnit unit, ModePages pages, ByteBuffer list, boolean ten) {
    this.unit = unit;
    this.pages = pages;
    this.list = list;
    this.ten = ten;
  }

  /** What the unit's values become; valid when {@link #parse} found nothing to refuse. */
  ModeValues values() {
    return values;
  }

  /** Reads the list against these current values; null if all is well. An empty list is. */
  Outcome parse(ModeValues current) {
    values = current;
    int header = ten ? 8 : 4;
    if (list.limit() == 0) {
      return null;
    }
    if (list.limit() < header) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    int descriptor = ten ? list.getShort(6) & 0xFFFF : list.get(3) & 0xFF;
    if (list.limit() < header + descriptor) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    Outcome refusal = checkDescriptor(header, descriptor);
    list.position(header + descriptor);
    while (refusal == null && list.hasRemaining()) {
      refusal = page(current);
    }
    return refusal;
  }

  private Outcome checkDescriptor(int at, int bytes) {
    if (bytes == 0) {
      return null;
    }
    boolean longForm = ten && (list.get(4) & LONG_LBA) != 0;
    if (bytes != (longForm ? LONG_DESCRIPTOR : SHORT_DESCRIPTOR)) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(ten ? 6 : 3);
    }
    long blocks = longForm ? list.getLong(at) : list.getInt(at) & ALL_BLOCKS;
    boolean sameSize =
        blocks == 0
            || blocks == (longForm ? unit.blocks() : Math.min(unit.blocks(), ALL_BLOCKS))
            || blocks == (longForm ? -1 : ALL_BLOCKS);
    if (!sameSize) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(at);
    }
    int block = longForm ? list.getInt(at + 12) : list.getInt(at + 4) & 0xFF_FFFF;
    return block == unit.blockBytes()
        ? null
        : Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(longForm ? at + 12 : at + 5);
  }

  private Outcome page(ModeValues current) {
    int at = list.position();
    boolean hasSubpage = (list.get(at) & SPF) != 0;
    int header = hasSubpage ? 4 : 2;
    if (list.remaining() < header) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    int subpage = hasSubpage ? list.get(at + 1) & 0xFF : 0;
    ModePage page = pages.find(unit, list.get(at) & 0x3F, subpage);
    if (page == null || hasSubpage != (page.subpage() != 0)) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(at);
    }
    byte[] before = page.page(unit, current);
    int length = hasSubpage ? list.getShort(at + 2) & 0xFFFF : list.get(at + 1) & 0xFF;
    if (length != before.length - header) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(at + header - (hasSubpage ? 2 : 1));
    }
    if (list.remaining() < before.length) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    byte[] wanted = new byte[before.length];
    list.get(wanted);
    byte[] changeable = page.changeable(unit);
    for (int i = header; i < wanted.length; i++) {
      if (((wanted[i] ^ before[i]) & ~changeable[i]) != 0) {
        return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(at + i);
      }
    }
    values = page.select(values, wanted);
    return null;
  }
}

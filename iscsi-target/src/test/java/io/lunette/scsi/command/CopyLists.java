/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Builds the parameter lists of EXTENDED COPY, well formed or not. */
final class CopyLists {

  private final boolean longForm;
  private final int listId;
  private final ByteArrayOutputStream cscds = new ByteArrayOutputStream();
  private final ByteArrayOutputStream segments = new ByteArrayOutputStream();
  private int usage;
  private int flags;
  private int inlineBytes;

  private CopyLists(boolean longForm, int listId) {
    this.longForm = longForm;
    this.listId = listId;
  }

  static CopyLists lid1(int listId) {
    return new CopyLists(false, listId);
  }

  static CopyLists lid4(int listId) {
    return new CopyLists(true, listId);
  }

  int serviceAction() {
    return longForm ? 1 : 0;
  }

  /** LIST ID USAGE. */
  CopyLists usage(int value) {
    usage = value;
    return this;
  }

  /** G_SENSE 2, IMMED 1. */
  CopyLists flags(int value) {
    flags = value;
    return this;
  }

  CopyLists inlineData(int bytes) {
    inlineBytes = bytes;
    return this;
  }

  /** An identification descriptor for a designator of page 83h. */
  CopyLists cscd(byte[] designator) {
    return cscd(designator, 0, false);
  }

  CopyLists cscd(byte[] designator, int blockBytes, boolean pad) {
    ByteBuffer descriptor = ByteBuffer.allocate(32).put(0, (byte) 0xE4);
    descriptor.put(4, designator).putInt(28, blockBytes | (pad ? 4 << 24 : 0));
    return rawCscd(descriptor.array());
  }

  CopyLists rawCscd(byte... descriptor) {
    cscds.writeBytes(descriptor);
    return this;
  }

  CopyLists segment(int source, int destination, int blocks, long from, long to) {
    return segment(0, source, destination, blocks, from, to);
  }

  /** With DC 2, CAT 1. */
  CopyLists segment(int dcAndCat, int source, int destination, int blocks, long from, long to) {
    ByteBuffer descriptor = ByteBuffer.allocate(28);
    descriptor
        .put((byte) 0x02)
        .put((byte) dcAndCat)
        .putShort((short) 0x18)
        .putShort((short) source)
        .putShort((short) destination)
        .putShort((short) 0)
        .putShort((short) blocks)
        .putLong(from)
        .putLong(to);
    return rawSegment(descriptor.array());
  }

  CopyLists rawSegment(byte... descriptor) {
    segments.writeBytes(descriptor);
    return this;
  }

  byte[] bytes() {
    ByteBuffer list =
        ByteBuffer.allocate((longForm ? 48 : 16) + cscds.size() + segments.size() + inlineBytes);
    list.put(1, (byte) (usage << 3));
    if (longForm) {
      list.put(0, (byte) 1).putShort(2, (short) 0x20).put(15, (byte) flags).put(16, (byte) 0xFF);
      list.putInt(20, listId)
          .putShort(42, (short) cscds.size())
          .putShort(44, (short) segments.size())
          .putShort(46, (short) inlineBytes)
          .position(48);
    } else {
      list.put(0, (byte) listId)
          .putShort(2, (short) cscds.size())
          .putInt(8, segments.size())
          .putInt(12, inlineBytes)
          .position(16);
    }
    return list.put(cscds.toByteArray()).put(segments.toByteArray()).array();
  }
}

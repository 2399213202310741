/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.core.block.BlockGeometry;
import io.lunette.scsi.device.LogicalUnit;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * A generic ROD token (SPC-4 §5.16.6.5) of a block device.
 *
 * <pre>
 *   0  ROD type                        4  reserved         6  length of the rest (01F8h)
 *   8  copy manager ROD token identifier
 *  16  creator logical unit: its NAA designator in an identification CSCD descriptor
 *  48  number of bytes represented, 16 bytes
 *  64  reserved
 *  96  device type specific: READ CAPACITY(16) data without its address (SBC-3 §4.28.5)
 * 128  target device: its name, as a designation descriptor
 * 256  random to the end: what makes the token impossible to guess
 * </pre>
 */
final class RodTokenLayout {

  static final int BYTES = 512;

  /** Point in time copy, by whatever method. */
  static final int DEFAULT_TYPE = 0x0080_0000;

  /** Point in time copy that a change of its source may end. */
  static final int CHANGE_VULNERABLE = 0x0080_0001;

  /** Stands for zeroes, and needs no creation (SBC-3 §4.28.4). */
  static final int ZERO = 0xFFFF_0001;

  private static final int LENGTH = 0x01F8;
  private static final int IDENTIFIER = 8;
  private static final int CREATOR = 16;
  private static final int REPRESENTED = 48;
  private static final int TYPE_SPECIFIC = 96;
  private static final int TARGET_DEVICE = 128;
  private static final int RANDOM = 256;
  private static final int MOST_NAME_BYTES = RANDOM - TARGET_DEVICE - 4;

  private RodTokenLayout() {}

  static int type(ByteBuffer token) {
    return token.getInt(0);
  }

  static boolean hasItsLength(ByteBuffer token) {
    return token.getShort(6) == LENGTH;
  }

  static long identifier(ByteBuffer token) {
    return token.getLong(IDENTIFIER);
  }

  /**
   * A new token.
   *
   * @param unitDesignator of the creator, 20 bytes or less
   */
  static byte[] create(
      int type,
      LogicalUnit unit,
      Designator unitDesignator,
      String targetName,
      long representedBytes,
      SecureRandom random) {
    ByteBuffer token = ByteBuffer.allocate(BYTES);
    byte[] unpredictable = new byte[BYTES - RANDOM + Long.BYTES];
    random.nextBytes(unpredictable);
    token.putInt(0, type).putShort(6, (short) LENGTH);
    token.put(IDENTIFIER, unpredictable, 0, Long.BYTES);
    putCreator(token.slice(CREATOR, CscdDescriptor.BYTES), unit, unitDesignator);
    token.putLong(REPRESENTED + Long.BYTES, representedBytes);
    putGeometry(token.slice(TYPE_SPECIFIC, 32), unit);
    putTarget(token.slice(TARGET_DEVICE, RANDOM - TARGET_DEVICE), targetName);
    token.put(RANDOM, unpredictable, Long.BYTES, BYTES - RANDOM);
    return token.array();
  }

  private static void putCreator(ByteBuffer out, LogicalUnit unit, Designator designator) {
    out.put(0, (byte) CscdDescriptor.IDENTIFICATION)
        .put(4, (byte) designator.codeSet())
        .put(5, (byte) designator.type())
        .put(7, (byte) designator.value().capacity())
        .putInt(28, unit.blockBytes())
        .position(8)
        .put(designator.value().duplicate().rewind());
  }

  private static void putGeometry(ByteBuffer out, LogicalUnit unit) {
    BlockGeometry geometry = unit.device().geometry();
    int perPhysical = geometry.physicalBlockBytes() / geometry.logicalBlockBytes();
    out.putInt(0, unit.blockBytes())
        .put(5, (byte) (31 - Integer.numberOfLeadingZeros(perPhysical)));
  }

  /** A SCSI name string of the target device; a name that does not fit is left out. */
  private static void putTarget(ByteBuffer out, String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + 4) & ~3;
    if (padded <= MOST_NAME_BYTES) {
      out.put((byte) 0x53).put((byte) 0xA8).put((byte) 0).put((byte) padded).put(text);
    }
  }
}

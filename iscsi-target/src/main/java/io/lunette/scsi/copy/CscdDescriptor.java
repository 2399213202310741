/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import java.nio.ByteBuffer;

/**
 * An identification descriptor CSCD descriptor (SPC-4 §6.4.5.6): a copy source or destination by
 * one of its designators. LU ID TYPE is ignored, as is the relative initiator port.
 *
 * <pre>
 *  0    E4h      1  peripheral device type   2  relative initiator port
 *  4    code set 5  association, type        7  designator length
 *  8    designator, padded to 20 bytes
 * 28    PAD      29 disk block length, 3 bytes
 * </pre>
 *
 * @param offset of the descriptor in the parameter list
 * @param designator code set, association, type, and value
 * @param diskBlockBytes block length that the initiator expects; 0 for whatever it is
 */
record CscdDescriptor(
    int offset, int peripheralType, Designator designator, boolean pad, int diskBlockBytes) {

  static final int BYTES = 32;
  static final int IDENTIFICATION = 0xE4;

  /** Where the designator's length is. */
  static final int DESIGNATOR_LENGTH = 7;

  /** Where the disk block length is. */
  static final int DISK_BLOCK_LENGTH = 29;

  static final int MOST_DESIGNATOR_BYTES = 20;

  private static final int DESIGNATION = 4;
  private static final int TYPE_SPECIFIC = 28;
  private static final int PAD = 0x04;

  /** Takes a descriptor of this type whose designator is no longer than it may be. */
  static CscdDescriptor decode(ByteBuffer list, int offset) {
    return new CscdDescriptor(
        offset,
        list.get(offset + 1) & 0x1F,
        Designator.decode(list, offset + DESIGNATION),
        (list.get(offset + TYPE_SPECIFIC) & PAD) != 0,
        list.getInt(offset + TYPE_SPECIFIC) & 0xFF_FFFF);
  }
}

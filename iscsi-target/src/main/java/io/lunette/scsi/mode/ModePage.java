/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.mode;

import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.ModeValues;

/**
 * A mode page: how it looks with some values, and what of it an initiator may change (SPC-4 §7.5).
 * A page is an array with its header; a header of two bytes for a page without a subpage code, of
 * four otherwise. The PS bit is left to the command.
 */
public interface ModePage {

  /** Page code. */
  int code();

  /** Subpage code; 0 for a page in the short format. */
  default int subpage() {
    return 0;
  }

  /** Whether this unit has it. */
  default boolean isOf(LogicalUnit unit) {
    return true;
  }

  /** The page with these values. */
  byte[] page(LogicalUnit unit, ModeValues values);

  /** A one for each bit that MODE SELECT may change; the header as in the page. */
  default byte[] changeable(LogicalUnit unit) {
    byte[] page = page(unit, ModeValues.DEFAULTS);
    java.util.Arrays.fill(page, headerBytes(), page.length, (byte) 0);
    return page;
  }

  /** The values that a page asks for whose changes are all in changeable bits. */
  default ModeValues select(ModeValues before, byte[] page) {
    return before;
  }

  /** Bytes of the header. */
  default int headerBytes() {
    return subpage() == 0 ? 2 : 4;
  }
}

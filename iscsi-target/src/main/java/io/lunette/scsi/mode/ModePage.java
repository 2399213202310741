/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.mode;

import io.lunette.scsi.device.LogicalUnit;

/** A mode page: its values and what of it an initiator may change. */
public interface ModePage {

  /** Page code. */
  int code();

  /** The page with its two bytes of header, as it is now. */
  byte[] current(LogicalUnit unit);

  /** The page as it is after a reset. */
  default byte[] defaults(LogicalUnit unit) {
    return current(unit);
  }

  /** A one for each bit that MODE SELECT may change; the header as in the page. */
  default byte[] changeable(LogicalUnit unit) {
    byte[] page = new byte[current(unit).length];
    page[0] = (byte) code();
    page[1] = (byte) (page.length - 2);
    return page;
  }

  /** Takes over a page whose changes are all in changeable bits. */
  default void select(LogicalUnit unit, byte[] page) {}
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Vital product data (SPC-4): pages of facts about a unit, each of which it may lack. */
final class Vpd {

  private static final int ALLOCATION_BYTES = 1024;
  private static final int PAGE_CODE = 1;
  private static final int HEAD_BYTES = 4;

  private Vpd() {}

  /** A copy of a page; empty where the unit does not have it. */
  static Optional<ByteBuffer> read(UnitClient unit, int page) throws InitiatorException {
    try {
      ByteBuffer found =
          unit.ask(
              ScsiCommand.in(
                  "INQUIRY",
                  Cdb.inquiry(page, ALLOCATION_BYTES),
                  ALLOCATION_BYTES,
                  ScsiCommand.DataWork.NONE));
      if (found.limit() < HEAD_BYTES || (found.get(PAGE_CODE) & 0xff) != page) {
        return Optional.empty();
      }
      int bytes = Math.min(found.limit(), HEAD_BYTES + (found.getShort(2) & 0xffff));
      return Optional.of(ByteBuffer.allocate(bytes).put(0, found, 0, bytes));
    } catch (CommandRefused e) {
      return Optional.empty();
    }
  }

  /** An unsigned field; 0 where the page ends before it. */
  static long fourBytes(ByteBuffer page, int at) {
    return page.limit() < at + Integer.BYTES ? 0 : page.getInt(at) & 0xffff_ffffL;
  }

  /** An unsigned byte; 0 where the page ends before it. */
  static int oneByte(ByteBuffer page, int at) {
    return page.limit() <= at ? 0 : page.get(at) & 0xff;
  }
}

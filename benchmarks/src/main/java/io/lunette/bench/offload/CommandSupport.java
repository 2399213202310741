/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;
import java.nio.ByteBuffer;

/**
 * What REPORT SUPPORTED OPERATION CODES says of one command (SPC-4).
 *
 * @param known whether the unit says anything of it
 * @param supported whether it has the command
 * @param flags the bits of its second byte that the unit looks at
 */
record CommandSupport(boolean known, boolean supported, int flags) {

  private static final CommandSupport UNKNOWN = new CommandSupport(false, false, 0);

  private static final int ALLOCATION_BYTES = 64;
  private static final int SUPPORT = 1;
  private static final int SUPPORT_MASK = 7;
  private static final int NO_DATA = 0;
  private static final int USAGE = 4;

  /** As the standard has it, or as a vendor does. */
  private static final int AS_STANDARD = 3;

  private static final int AS_VENDOR = 5;

  /** Asks; a unit that does not answer as the standard has it says nothing. */
  static CommandSupport of(UnitClient unit, int opcode, int serviceAction)
      throws InitiatorException {
    try {
      ByteBuffer data =
          unit.ask(
              ScsiCommand.in(
                  "REPORT SUPPORTED OPERATION CODES",
                  Cdb.reportSupported(opcode, serviceAction, ALLOCATION_BYTES),
                  ALLOCATION_BYTES,
                  ScsiCommand.DataWork.NONE));
      int support = Vpd.oneByte(data, SUPPORT) & SUPPORT_MASK;
      if (data.limit() < USAGE || support == NO_DATA) {
        return UNKNOWN;
      }
      boolean has = support == AS_STANDARD || support == AS_VENDOR;
      return new CommandSupport(true, has, has ? Vpd.oneByte(data, USAGE + 1) : 0);
    } catch (CommandRefused e) {
      return UNKNOWN;
    }
  }

  /** Whether the unit says that it does not have it. */
  boolean isDenied() {
    return known && !supported;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.mode;

import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.ModeValues;

/** 1Ch, Informational Exceptions Control (SPC-4 §7.5.12): no failure is foreseen. */
final class InformationalExceptionsPage implements ModePage {

  private static final int DEXCPT = 0x08;

  @Override
  public int code() {
    return 0x1C;
  }

  @Override
  public byte[] page(LogicalUnit unit, ModeValues values) {
    byte[] page = new byte[12];
    page[0] = (byte) code();
    page[1] = 10;
    page[2] = DEXCPT;
    return page;
  }
}

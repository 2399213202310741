/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.mode;

import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.ModeValues;

/**
 * 0Ah, Control (SPC-4 §7.5.8): sense format and software write protection can be changed. Aborted
 * commands of other nexuses are not answered (TAS 0), an error aborts none (QERR 00b), and a unit
 * attention is cleared when it is reported (UA_INTLCK_CTRL 00b).
 */
final class ControlPage implements ModePage {

  private static final int D_SENSE = 0x04;
  private static final int UNRESTRICTED_REORDERING = 0x10;
  private static final int SWP = 0x08;

  @Override
  public int code() {
    return 0x0A;
  }

  @Override
  public byte[] page(LogicalUnit unit, ModeValues values) {
    byte[] page = new byte[12];
    page[0] = (byte) code();
    page[1] = 10;
    page[2] = (byte) (values.descriptorSense() ? D_SENSE : 0);
    page[3] = UNRESTRICTED_REORDERING;
    page[4] = (byte) (values.softwareWriteProtect() ? SWP : 0);
    return page;
  }

  @Override
  public byte[] changeable(LogicalUnit unit) {
    byte[] page = ModePage.super.changeable(unit);
    page[2] = D_SENSE;
    page[4] = SWP;
    return page;
  }

  @Override
  public ModeValues select(ModeValues before, byte[] page) {
    return before
        .withDescriptorSense((page[2] & D_SENSE) != 0)
        .withSoftwareWriteProtect((page[4] & SWP) != 0);
  }
}

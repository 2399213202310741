/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.mode;

import io.lunette.scsi.device.LogicalUnit;

/** 0Ah, Control (SPC-4 §7.5.8): sense format and software write protection can be changed. */
final class ControlPage implements ModePage {

  private static final int D_SENSE = 0x04;
  private static final int UNRESTRICTED_REORDERING = 0x10;
  private static final int SWP = 0x08;

  @Override
  public int code() {
    return 0x0A;
  }

  @Override
  public byte[] current(LogicalUnit unit) {
    return page(unit.modes().descriptorSense(), unit.modes().softwareWriteProtect());
  }

  @Override
  public byte[] defaults(LogicalUnit unit) {
    return page(false, false);
  }

  private byte[] page(boolean descriptorSense, boolean softwareWriteProtect) {
    byte[] page = new byte[12];
    page[0] = (byte) code();
    page[1] = 10;
    page[2] = (byte) (descriptorSense ? D_SENSE : 0);
    page[3] = UNRESTRICTED_REORDERING;
    page[4] = (byte) (softwareWriteProtect ? SWP : 0);
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
  public void select(LogicalUnit unit, byte[] page) {
    unit.modes().descriptorSense((page[2] & D_SENSE) != 0);
    unit.modes().softwareWriteProtect((page[4] & SWP) != 0);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.mode;

import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.ModeValues;

/**
 * 01h, Read-Write Error Recovery (SBC-3 §6.4.7), left to the device but for LBPERE: whether
 * provisioning thresholds are reported, which only a unit that has some can change.
 */
final class ErrorRecoveryPage implements ModePage {

  private static final int LBPERE = 0x80;

  @Override
  public int code() {
    return 0x01;
  }

  @Override
  public byte[] page(LogicalUnit unit, ModeValues values) {
    byte[] page = new byte[12];
    page[0] = (byte) code();
    page[1] = 10;
    page[7] = (byte) (unit.space().isPresent() && values.thresholdEvents() ? LBPERE : 0);
    return page;
  }

  @Override
  public byte[] changeable(LogicalUnit unit) {
    byte[] page = ModePage.super.changeable(unit);
    page[7] = (byte) (unit.space().isPresent() ? LBPERE : 0);
    return page;
  }

  @Override
  public ModeValues select(ModeValues before, byte[] page) {
    return before.withThresholdEvents((page[7] & LBPERE) != 0);
  }
}

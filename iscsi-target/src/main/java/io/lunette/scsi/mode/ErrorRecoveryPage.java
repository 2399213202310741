/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.mode;

import io.lunette.scsi.device.LogicalUnit;

/** 01h, Read-Write Error Recovery (SBC-3 §6.4.7), all of it left to the device. */
final class ErrorRecoveryPage implements ModePage {

  @Override
  public int code() {
    return 0x01;
  }

  @Override
  public byte[] current(LogicalUnit unit) {
    byte[] page = new byte[12];
    page[0] = (byte) code();
    page[1] = 10;
    return page;
  }
}

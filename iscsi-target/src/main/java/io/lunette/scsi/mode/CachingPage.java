/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.mode;

import io.lunette.scsi.device.LogicalUnit;

/** 08h, Caching (SBC-3 §6.4.5): write-back, so that initiators flush. */
final class CachingPage implements ModePage {

  private static final int WCE = 0x04;

  @Override
  public int code() {
    return 0x08;
  }

  @Override
  public byte[] current(LogicalUnit unit) {
    byte[] page = new byte[20];
    page[0] = (byte) code();
    page[1] = 18;
    page[2] = WCE;
    return page;
  }
}

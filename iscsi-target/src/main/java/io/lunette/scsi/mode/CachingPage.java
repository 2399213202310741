/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.mode;

import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.ModeValues;

/** 08h, Caching (SBC-3 §6.4.5): write-back, so that initiators flush, unless they turn it off. */
final class CachingPage implements ModePage {

  private static final int WCE = 0x04;

  @Override
  public int code() {
    return 0x08;
  }

  @Override
  public byte[] page(LogicalUnit unit, ModeValues values) {
    byte[] page = new byte[20];
    page[0] = (byte) code();
    page[1] = 18;
    page[2] = (byte) (values.writeCache() ? WCE : 0);
    return page;
  }

  @Override
  public byte[] changeable(LogicalUnit unit) {
    byte[] page = ModePage.super.changeable(unit);
    page[2] = WCE;
    return page;
  }

  @Override
  public ModeValues select(ModeValues before, byte[] page) {
    return before.withWriteCache((page[2] & WCE) != 0);
  }
}

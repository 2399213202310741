/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import java.nio.ByteBuffer;

/** 86h, Extended INQUIRY Data (SPC-4 §7.8.8). */
final class ExtendedInquiryPage implements VpdPage {

  private static final int BODY_BYTES = 60;
  private static final int SIMPLE_ORDERED_AND_HEAD_OF_QUEUE = 0x07;
  private static final int VOLATILE_CACHE = 0x01;

  /** LUICLR: who was told by one unit that its LUNs changed is not told by the others. */
  private static final int LUNS_CHANGED_ONCE = 0x01;

  @Override
  public int code() {
    return 0x86;
  }

  @Override
  public void body(Nexus nexus, LunInventory inventory, ByteBuffer out) {
    int start = out.position();
    out.put(start + 1, (byte) SIMPLE_ORDERED_AND_HEAD_OF_QUEUE);
    out.put(start + 2, (byte) VOLATILE_CACHE);
    out.put(start + 3, (byte) LUNS_CHANGED_ONCE);
    out.position(start + BODY_BYTES);
  }
}

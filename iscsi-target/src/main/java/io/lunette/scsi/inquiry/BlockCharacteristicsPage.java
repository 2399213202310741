/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import java.nio.ByteBuffer;

/** B1h, Block Device Characteristics (SBC-3 §6.5.2): no rotation, so that seeks are not dreaded. */
final class BlockCharacteristicsPage implements VpdPage {

  private static final int BODY_BYTES = 60;
  private static final int NON_ROTATING = 1;

  /** WABEREQ 01b: after SANITIZE, BLOCK ERASE a read succeeds. */
  private static final int READABLE_AFTER_ERASE = 0x40;

  /** WACEREQ 01b: after SANITIZE, CRYPTOGRAPHIC ERASE too. */
  private static final int READABLE_AFTER_CRYPTOGRAPHIC_ERASE = 0x10;

  @Override
  public int code() {
    return 0xB1;
  }

  @Override
  public void body(Nexus nexus, LunInventory inventory, ByteBuffer out) {
    int start = out.position();
    int readable =
        READABLE_AFTER_ERASE
            | (nexus.unit().features().cryptoErases() ? READABLE_AFTER_CRYPTOGRAPHIC_ERASE : 0);
    out.putShort((short) NON_ROTATING).put((byte) 0).put((byte) readable);
    out.position(start + BODY_BYTES);
  }
}

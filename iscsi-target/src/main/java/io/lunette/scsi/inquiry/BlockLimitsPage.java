/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import io.lunette.scsi.device.BlockLimits;
import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import java.nio.ByteBuffer;

/**
 * B0h, Block Limits (SBC-3 §6.5.3, with the atomic fields of SBC-4). WSNZ is clear and MAXIMUM
 * WRITE SAME LENGTH zero: a WRITE SAME has no limit but the end of the medium.
 *
 * <p>An unmap granularity of one block goes without saying, and is not said: where it is, and a
 * block has 4096 bytes, QEMU 7.2's iSCSI driver asks for the state of blocks up to an address that
 * is no block's, and ends by its own assertion at the first long read.
 */
final class BlockLimitsPage implements VpdPage {

  private static final int BODY_BYTES = 60;
  private static final long NO_LIMIT = 0;
  private static final int UGAVALID = 0x8000_0000;

  @Override
  public int code() {
    return 0xB0;
  }

  @Override
  public void body(Nexus nexus, LunInventory inventory, ByteBuffer out) {
    BlockLimits limits = nexus.unit().limits();
    boolean thin = nexus.unit().features().thin();
    boolean granular = thin && limits.unmapGranularity() > 1;
    int start = out.position();
    out.put((byte) 0)
        .put((byte) limits.compareAndWrite())
        .putShort((short) limits.granularity())
        .putInt(limits.transfer())
        .putInt(limits.optimal())
        .putInt(0)
        .putInt(thin ? limits.unmap() : 0)
        .putInt(thin ? limits.unmapDescriptors() : 0)
        .putInt(granular ? limits.unmapGranularity() : 0)
        .putInt(granular ? UGAVALID : 0)
        .putLong(NO_LIMIT)
        .putInt(limits.atomic())
        .putInt(0)
        .putInt(1);
    out.position(start + BODY_BYTES);
  }
}

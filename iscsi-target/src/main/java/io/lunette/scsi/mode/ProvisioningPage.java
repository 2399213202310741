/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.mode;

import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.ModeValues;
import io.lunette.scsi.device.ProvisioningSpace;
import io.lunette.scsi.device.ThresholdSet;
import java.nio.ByteBuffer;

/**
 * 1Ch/02h, Logical Block Provisioning (SBC-3 §6.4.6): the thresholds that the operator has set for
 * the pool, as used mapping resources, armed while their use increases. They are told to every
 * nexus (SITUA 0), and cannot be changed, for the pool is everybody's.
 */
final class ProvisioningPage implements ModePage {

  private static final int SPF = 0x40;
  private static final int PAGE_BYTES = 16;
  private static final int DESCRIPTOR_BYTES = 8;
  private static final int ENABLED = 0x80;
  private static final int INCREASING = 0x01;
  private static final int USED_RESOURCE = 0x02;

  @Override
  public int code() {
    return 0x1C;
  }

  @Override
  public int subpage() {
    return 0x02;
  }

  @Override
  public boolean isOf(LogicalUnit unit) {
    return unit.space().isPresent();
  }

  @Override
  public byte[] page(LogicalUnit unit, ModeValues values) {
    ProvisioningSpace space = unit.space().orElseThrow();
    int[] percents = {space.warningPercent(), space.criticalPercent()};
    int bytes = PAGE_BYTES + percents.length * DESCRIPTOR_BYTES;
    ByteBuffer page = ByteBuffer.allocate(bytes);
    page.put((byte) (SPF | code())).put((byte) subpage()).putShort((short) (bytes - headerBytes()));
    page.position(PAGE_BYTES);
    for (int percent : percents) {
      page.put((byte) (ENABLED | INCREASING))
          .put((byte) USED_RESOURCE)
          .putShort((short) 0)
          .putInt(ThresholdSet.count(space.capacityBytes() / 100.0 * percent));
    }
    return page.array();
  }
}

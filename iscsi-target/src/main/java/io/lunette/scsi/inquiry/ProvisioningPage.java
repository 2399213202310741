/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import io.lunette.core.block.BlockFeatures;
import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.device.ThresholdSet;
import java.nio.ByteBuffer;

/**
 * B2h, Logical Block Provisioning (SBC-3 §6.5.4). There are threshold sets where there is space to
 * tell of; thresholds are counts of them, so that no percentage goes with them.
 */
final class ProvisioningPage implements VpdPage {

  private static final int LBPU = 0x80;
  private static final int LBPWS = 0x40;
  private static final int LBPWS10 = 0x20;
  private static final int LBPRZ = 0x04;
  private static final int THIN = 0x02;

  @Override
  public int code() {
    return 0xB2;
  }

  @Override
  public void body(Nexus nexus, LunInventory inventory, ByteBuffer out) {
    BlockFeatures features = nexus.unit().features();
    int zeroes = features.discardZeroes() ? LBPRZ : 0;
    int exponent =
        nexus.unit().space().isPresent() ? ThresholdSet.exponent(nexus.unit().blockBytes()) : 0;
    out.put((byte) exponent)
        .put((byte) (features.thin() ? LBPU | LBPWS | LBPWS10 | zeroes : 0))
        .put((byte) (features.thin() ? THIN : 0))
        .put((byte) 0);
  }
}

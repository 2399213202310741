/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.bench.fixture.PassingDevice;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;

/** Passes everything on, but its first logical block is never zeroed. */
final class SpoiltZeroes extends PassingDevice {

  SpoiltZeroes(BlockDevice device) {
    super(device);
  }

  @Override
  public void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    long spared = offsetBytes == 0 ? geometry().logicalBlockBytes() : 0;
    super.writeZeroes(
        offsetBytes + spared, lengthBytes - spared, provisioning, durability, completion);
  }
}

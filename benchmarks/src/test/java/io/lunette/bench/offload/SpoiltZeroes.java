/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.block.ProvisioningRun;
import java.nio.ByteBuffer;

/** Passes everything on, but its first logical block is never zeroed. */
record SpoiltZeroes(BlockDevice device) implements BlockDevice {

  @Override
  public void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    long spared = offsetBytes == 0 ? device.geometry().logicalBlockBytes() : 0;
    device.writeZeroes(
        offsetBytes + spared, lengthBytes - spared, provisioning, durability, completion);
  }

  @Override
  public void write(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    device.write(offsetBytes, source, durability, completion);
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target, IoCompletion completion) {
    device.read(offsetBytes, target, completion);
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes, IoCompletion completion) {
    device.discard(offsetBytes, lengthBytes, completion);
  }

  @Override
  public void flush(IoCompletion completion) {
    device.flush(completion);
  }

  @Override
  public BlockGeometry geometry() {
    return device.geometry();
  }

  @Override
  public BlockFeatures features() {
    return device.features();
  }

  @Override
  public ProvisioningRun provisioning(long offsetBytes) throws BlockException {
    return device.provisioning(offsetBytes);
  }

  @Override
  public void close() {
    device.close();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.block.ProvisioningRun;
import java.nio.ByteBuffer;

/** Passes everything on, but one bit of one byte of the device arrives wrong whenever written. */
record FlippingDevice(BlockDevice device, long offset) implements BlockDevice {

  @Override
  public void write(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    ByteBuffer copy = ByteBuffer.allocateDirect(source.remaining());
    copy.put(source.duplicate()).flip();
    long at = offset - offsetBytes;
    if (at >= 0 && at < copy.limit()) {
      copy.put((int) at, (byte) (copy.get((int) at) ^ 1));
    }
    device.write(offsetBytes, copy, durability, completion);
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target, IoCompletion completion) {
    device.read(offsetBytes, target, completion);
  }

  @Override
  public void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    device.writeZeroes(offsetBytes, lengthBytes, provisioning, durability, completion);
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

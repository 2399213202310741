/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.block.ProvisioningRun;
import java.nio.ByteBuffer;

/** A device that does nothing, at once: what is measured on it is what lies above a device. */
final class IdleDevice implements BlockDevice {

  private static final long SIZE_BYTES = 1L << 30;

  @Override
  public BlockGeometry geometry() {
    return new BlockGeometry(SIZE_BYTES, 512, 4096, 1 << 16);
  }

  @Override
  public BlockFeatures features() {
    return new BlockFeatures(false, true, true, 4096);
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target, IoCompletion completion) {
    completion.completed();
  }

  @Override
  public void write(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    completion.completed();
  }

  @Override
  public void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    completion.completed();
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes, IoCompletion completion) {
    completion.completed();
  }

  @Override
  public void flush(IoCompletion completion) {
    completion.completed();
  }

  @Override
  public ProvisioningRun provisioning(long offsetBytes) {
    return new ProvisioningRun(offsetBytes, SIZE_BYTES - offsetBytes, true);
  }

  @Override
  public void close() {}
}

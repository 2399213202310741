/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.block.ProvisioningRun;
import io.lunette.core.block.PurgeProgress;
import java.nio.ByteBuffer;

/**
 * A device whose writes are told to a watcher first. It stands in for the device only while
 * somebody watches; whoever writes by whatever command is seen.
 */
final class WatchedDevice implements BlockDevice {

  private final BlockDevice device;
  private final WriteWatch watch;

  WatchedDevice(BlockDevice device, WriteWatch watch) {
    this.device = device;
    this.watch = watch;
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
  public void read(long offsetBytes, ByteBuffer target, IoCompletion completion) {
    device.read(offsetBytes, target, completion);
  }

  @Override
  public void write(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    watch.changes(offsetBytes, source.remaining());
    device.write(offsetBytes, source, durability, completion);
  }

  @Override
  public void writeAtomic(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    watch.changes(offsetBytes, source.remaining());
    device.writeAtomic(offsetBytes, source, durability, completion);
  }

  @Override
  public void purge(PurgeProgress progress, IoCompletion completion) {
    device.purge(progress, completion);
  }

  @Override
  public void cryptoErase(IoCompletion completion) {
    watch.changes(0, device.geometry().sizeBytes());
    device.cryptoErase(completion);
  }

  @Override
  public void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    watch.changes(offsetBytes, lengthBytes);
    device.writeZeroes(offsetBytes, lengthBytes, provisioning, durability, completion);
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes, IoCompletion completion) {
    watch.changes(offsetBytes, lengthBytes);
    device.discard(offsetBytes, lengthBytes, completion);
  }

  @Override
  public void flush(IoCompletion completion) {
    device.flush(completion);
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

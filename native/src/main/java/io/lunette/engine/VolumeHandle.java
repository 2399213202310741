/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.block.ProvisioningRun;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One opener's hold on a volume: checks what it asks, and knows when it has let go. */
final class VolumeHandle implements BlockDevice, VolumeDevice.Opener {

  private final VolumeDevice device;
  private final String name;
  private final boolean readOnly;
  private final Runnable onClose;
  private volatile boolean closed;

  VolumeHandle(VolumeDevice device, String name, boolean readOnly, Runnable onClose) {
    this.device = device;
    this.name = name;
    this.readOnly = readOnly;
    this.onClose = onClose;
  }

  @Override
  public BlockGeometry geometry() {
    return device.geometry();
  }

  @Override
  public BlockFeatures features() {
    return device.features(readOnly);
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target, IoCompletion completion) {
    start(
        offsetBytes,
        target.remaining(),
        false,
        completion,
        slot -> device.read(slot, offsetBytes, target, completion));
  }

  @Override
  public void write(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    start(
        offsetBytes,
        source.remaining(),
        true,
        completion,
        slot -> device.write(slot, this, offsetBytes, source, durability, completion));
  }

  @Override
  public void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    start(
        offsetBytes,
        lengthBytes,
        true,
        completion,
        slot ->
            device.zero(
                slot, this, offsetBytes, lengthBytes, provisioning, durability, completion));
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes, IoCompletion completion) {
    start(
        offsetBytes,
        lengthBytes,
        true,
        completion,
        slot ->
            device.zero(
                slot,
                this,
                offsetBytes,
                lengthBytes,
                Provisioning.MAY_RELEASE,
                Durability.VISIBLE,
                completion));
  }

  @Override
  public void flush(IoCompletion completion) {
    start(0, 0, false, completion, slot -> device.flush(slot, completion));
  }

  @Override
  public ProvisioningRun provisioning(long offsetBytes) throws BlockException {
    int slot = device.enter();
    try {
      if (closed) {
        throw gone();
      }
      return device.provisioning(offsetBytes);
    } catch (IOException e) {
      throw PoolFailure.reading(e);
    } finally {
      device.exit(slot);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    device.wakeWaiters();
    device.awaitInFlight();
    onClose.run();
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  private interface Start {
    void in(int slot);
  }

  private void start(
      long offset, long length, boolean writes, IoCompletion completion, Start operation) {
    int slot = device.enter();
    BlockException refused = null;
    if (closed) {
      refused = gone();
    } else if (!device.geometry().contains(offset, length)) {
      refused =
          new BlockException(
              BlockException.Kind.OUT_OF_RANGE,
              length + " bytes at " + offset + " are not whole blocks inside volume " + name);
    } else if (writes && (readOnly || device.isSealed())) {
      refused =
          new BlockException(
              BlockException.Kind.READ_ONLY, "volume " + name + " is open for reading only");
    }
    if (refused != null) {
      device.exit(slot);
      completion.failed(refused);
    } else {
      operation.in(slot);
    }
  }

  private BlockException gone() {
    return new BlockException(BlockException.Kind.GONE, "volume " + name + " is closed");
  }
}

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
import io.lunette.core.block.PurgeProgress;
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
    int slot = device.enter();
    if (mayStart(slot, offsetBytes, target.remaining(), false, completion)) {
      device.read(slot, offsetBytes, target, completion);
    }
  }

  @Override
  public void write(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    int slot = device.enter();
    if (mayStart(slot, offsetBytes, source.remaining(), true, completion)) {
      device.write(slot, this, offsetBytes, source, durability, completion);
    }
  }

  @Override
  public void writeAtomic(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    if (source.remaining() > AtomicWrite.MAX_BYTES) {
      completion.failed(
          new BlockException(
              BlockException.Kind.UNSUPPORTED,
              "an atomic write has "
                  + AtomicWrite.MAX_BYTES
                  + " bytes at most, not "
                  + source.remaining()));
      return;
    }
    int slot = device.enter();
    if (mayStart(slot, offsetBytes, source.remaining(), true, completion)) {
      device.writeAtomic(slot, this, offsetBytes, source, durability, completion);
    }
  }

  @Override
  public void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    int slot = device.enter();
    if (mayStart(slot, offsetBytes, lengthBytes, true, completion)) {
      device.zero(slot, this, offsetBytes, lengthBytes, provisioning, durability, completion);
    }
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes, IoCompletion completion) {
    writeZeroes(offsetBytes, lengthBytes, Provisioning.MAY_RELEASE, Durability.VISIBLE, completion);
  }

  @Override
  public void flush(IoCompletion completion) {
    int slot = device.enter();
    if (mayStart(slot, 0, 0, false, completion)) {
      device.flush(slot, completion);
    }
  }

  @Override
  public void purge(PurgeProgress progress, IoCompletion completion) {
    int slot = device.enter();
    if (mayStart(slot, 0, 0, true, completion)) {
      device.exit(slot);
      device.purge(progress, completion);
    }
  }

  @Override
  public void cryptoErase(IoCompletion completion) {
    int slot = device.enter();
    if (mayStart(slot, 0, 0, true, completion)) {
      device.exit(slot);
      device.cryptoErase(completion);
    }
  }

  @Override
  public ProvisioningRun provisioning(long offsetBytes) throws BlockException {
    int slot = device.enter();
    try {
      BlockException gone = goneOrNull();
      if (gone != null) {
        throw gone;
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

  /** If not, the operation has ended already, counted and all. */
  private boolean mayStart(
      int slot, long offset, long length, boolean writes, IoCompletion completion) {
    BlockException refused = refuse(offset, length, writes);
    if (refused == null) {
      return true;
    }
    device.exit(slot);
    completion.failed(refused);
    return false;
  }

  private BlockException refuse(long offset, long length, boolean writes) {
    BlockException gone = goneOrNull();
    if (gone != null) {
      return gone;
    }
    if (!device.contains(offset, length)) {
      return new BlockException(
          BlockException.Kind.OUT_OF_RANGE,
          length + " bytes at " + offset + " are not whole blocks inside volume " + name);
    }
    if (writes && (readOnly || device.isSealed())) {
      return new BlockException(
          BlockException.Kind.READ_ONLY, "volume " + name + " is open for reading only");
    }
    return null;
  }

  private BlockException goneOrNull() {
    if (closed) {
      return new BlockException(BlockException.Kind.GONE, "volume " + name + " is closed");
    }
    return device.isPoolClosing() ? VolumeDevice.poolIsClosed() : null;
  }
}

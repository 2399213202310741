/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.block.ProvisioningRun;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/**
 * One opening of a volume on an array, over the one path that all openings of it share. Ranges are
 * checked here; the size is what was asked for, whatever the array has rounded it to.
 */
final class RemoteDevice implements BlockDevice {

  private final BlockDevice lun;
  private final BlockGeometry geometry;
  private final BooleanSupplier readOnly;
  private final boolean thin;
  private final Runnable release;
  private volatile boolean closed;

  RemoteDevice(
      BlockDevice lun, long sizeBytes, BooleanSupplier readOnly, boolean thin, Runnable release) {
    this.lun = lun;
    BlockGeometry whole = lun.geometry();
    this.geometry =
        new BlockGeometry(
            sizeBytes,
            whole.logicalBlockBytes(),
            whole.physicalBlockBytes(),
            whole.optimalIoBytes());
    this.readOnly = readOnly;
    this.thin = thin;
    this.release = release;
  }

  @Override
  public BlockGeometry geometry() {
    return geometry;
  }

  @Override
  public BlockFeatures features() {
    return new BlockFeatures(readOnly.getAsBoolean(), thin, lun.features().discardZeroes(), 0);
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target, IoCompletion completion) {
    if (isAllowed(offsetBytes, target.remaining(), false, completion)) {
      lun.read(offsetBytes, target, completion);
    }
  }

  @Override
  public void write(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    if (isAllowed(offsetBytes, source.remaining(), true, completion)) {
      lun.write(offsetBytes, source, durability, completion);
    }
  }

  @Override
  public void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    if (isAllowed(offsetBytes, lengthBytes, true, completion)) {
      lun.writeZeroes(offsetBytes, lengthBytes, provisioning, durability, completion);
    }
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes, IoCompletion completion) {
    if (isAllowed(offsetBytes, lengthBytes, true, completion)) {
      lun.discard(offsetBytes, lengthBytes, completion);
    }
  }

  @Override
  public void flush(IoCompletion completion) {
    if (closed) {
      completion.failed(gone());
    } else {
      lun.flush(completion);
    }
  }

  /** Whether an operation goes to the LUN; if not it has been completed. */
  private boolean isAllowed(
      long offsetBytes, long lengthBytes, boolean writes, IoCompletion completion) {
    if (closed) {
      completion.failed(gone());
    } else if (!geometry.contains(offsetBytes, lengthBytes)) {
      completion.failed(
          new BlockException(
              BlockException.Kind.OUT_OF_RANGE,
              lengthBytes + " bytes at " + offsetBytes + " of " + geometry.sizeBytes()));
    } else if (writes && readOnly.getAsBoolean()) {
      completion.failed(
          new BlockException(BlockException.Kind.READ_ONLY, "the volume is read-only"));
    } else if (lengthBytes == 0) {
      completion.completed();
    } else {
      return true;
    }
    return false;
  }

  private static BlockException gone() {
    return new BlockException(BlockException.Kind.GONE, "the volume was closed");
  }

  @Override
  public ProvisioningRun provisioning(long offsetBytes) throws BlockException {
    if (offsetBytes < 0 || offsetBytes >= geometry.sizeBytes()) {
      throw new BlockException(
          BlockException.Kind.OUT_OF_RANGE, offsetBytes + " is beyond " + geometry.sizeBytes());
    }
    return new ProvisioningRun(offsetBytes, geometry.sizeBytes() - offsetBytes, true);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      release.run();
    }
  }
}

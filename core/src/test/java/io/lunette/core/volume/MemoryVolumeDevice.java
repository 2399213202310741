/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

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

/** One opening of a {@link MemoryVolume}; every operation has ended when its call returns. */
final class MemoryVolumeDevice implements BlockDevice {

  private static final int ATOMIC_BYTES = 128 << 10;

  private final MemoryVolumes volumes;
  private final MemoryVolume volume;
  private final AccessMode mode;
  private boolean closed;

  MemoryVolumeDevice(MemoryVolumes volumes, MemoryVolume volume, AccessMode mode) {
    this.volumes = volumes;
    this.volume = volume;
    this.mode = mode;
  }

  @Override
  public BlockGeometry geometry() {
    synchronized (volumes) {
      return new BlockGeometry(volume.size, volume.blockBytes, 4096, 65536);
    }
  }

  @Override
  public BlockFeatures features() {
    return new BlockFeatures(
        mode == AccessMode.READ_ONLY, true, true, MemoryLayer.BLOCK, ATOMIC_BYTES, true);
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target, IoCompletion completion) {
    byte[] bytes = new byte[target.remaining()];
    run(
        completion,
        () -> {
          requireRange(offsetBytes, bytes.length);
          volume.top.read(offsetBytes, bytes);
          target.put(target.position(), bytes);
        });
  }

  @Override
  public void write(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    byte[] bytes = new byte[source.remaining()];
    source.get(source.position(), bytes);
    run(
        completion,
        () -> {
          requireWritable(offsetBytes, bytes.length);
          volume.top.write(offsetBytes, bytes);
        });
  }

  /** Every operation is atomic here, for each has the volumes to itself. */
  @Override
  public void writeAtomic(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    if (source.remaining() > ATOMIC_BYTES) {
      run(
          completion,
          () -> {
            throw new BlockException(
                BlockException.Kind.UNSUPPORTED, source.remaining() + " bytes at once");
          });
    } else {
      write(offsetBytes, source, durability, completion);
    }
  }

  @Override
  public void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    discard(offsetBytes, lengthBytes, completion);
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes, IoCompletion completion) {
    run(
        completion,
        () -> {
          requireWritable(offsetBytes, lengthBytes);
          volume.top.zero(offsetBytes, lengthBytes);
        });
  }

  @Override
  public void flush(IoCompletion completion) {
    run(completion, () -> {});
  }

  /** What was given up is nowhere: a block that is zeroed is let go. */
  @Override
  public void purge(PurgeProgress progress, IoCompletion completion) {
    run(completion, () -> {});
  }

  @Override
  public ProvisioningRun provisioning(long offsetBytes) throws BlockException {
    synchronized (volumes) {
      requireRange(offsetBytes, geometry().logicalBlockBytes());
      boolean mapped = volume.top.holds(offsetBytes / MemoryLayer.BLOCK);
      long end = (offsetBytes / MemoryLayer.BLOCK + 1) * MemoryLayer.BLOCK;
      while (end < volume.size && volume.top.holds(end / MemoryLayer.BLOCK) == mapped) {
        end += MemoryLayer.BLOCK;
      }
      return new ProvisioningRun(offsetBytes, end - offsetBytes, mapped);
    }
  }

  @Override
  public void close() {
    synchronized (volumes) {
      if (!closed) {
        closed = true;
        volume.open--;
      }
    }
  }

  private interface Operation {
    void run() throws BlockException;
  }

  private void run(IoCompletion completion, Operation operation) {
    BlockException failure = null;
    synchronized (volumes) {
      try {
        if (closed) {
          throw new BlockException(BlockException.Kind.GONE, volume.name + " was closed");
        }
        operation.run();
      } catch (BlockException e) {
        failure = e;
      }
    }
    if (failure == null) {
      completion.completed();
    } else {
      completion.failed(failure);
    }
  }

  private void requireRange(long offsetBytes, long lengthBytes) throws BlockException {
    if (!geometry().contains(offsetBytes, lengthBytes)) {
      throw new BlockException(
          BlockException.Kind.OUT_OF_RANGE, offsetBytes + " + " + lengthBytes + " bytes");
    }
  }

  private void requireWritable(long offsetBytes, long lengthBytes) throws BlockException {
    requireRange(offsetBytes, lengthBytes);
    if (mode == AccessMode.READ_ONLY || volume.state != VolumeState.WRITABLE) {
      throw new BlockException(BlockException.Kind.READ_ONLY, volume.name + " is read-only");
    }
  }
}

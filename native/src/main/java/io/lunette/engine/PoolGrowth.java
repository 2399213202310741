/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockException;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;

/**
 * Makes a pool larger while it is in use.
 *
 * <p>First the device is made so large and zero there, then both superblocks say so, and only then
 * is the first of the new extents dealt out: whichever superblock a restart finds, no map names an
 * extent that it does not know. A crash before the first of them leaves the old size.
 */
final class PoolGrowth {

  private final Metadata metadata;
  private final RawDevice device;
  private final AsideFlush flush;
  private final CommitLog log;
  private final Checkpointer checkpointer;

  /** What a superblock may say, or have said. */
  private long announced;

  private boolean closed;

  PoolGrowth(
      Metadata metadata,
      RawDevice device,
      AsideFlush flush,
      CommitLog log,
      Checkpointer checkpointer) {
    this.metadata = metadata;
    this.device = device;
    this.flush = flush;
    this.log = log;
    this.checkpointer = checkpointer;
    this.announced =
        Math.max(checkpointer.latest().capacityBytes(), checkpointer.former().capacityBytes());
  }

  /**
   * Grows to that size, rounded down to whole extents; 0 stands for all that the device has.
   *
   * <p>A growth that fails once superblocks may say the new size, for want of space for a
   * checkpoint, is not taken back: what the device was given it keeps. The next growth ends it.
   *
   * @throws FormatException if the pool is larger already, or a growth to more was begun, or the
   *     device cannot be made so large
   * @throws BlockException GONE if the pool is closed
   */
  synchronized void growTo(long sizeBytes) throws IOException, BlockException {
    if (closed) {
      throw new BlockException(BlockException.Kind.GONE, "the pool is closed");
    }
    long wanted = sizeBytes == 0 ? device.sizeBytes() : sizeBytes;
    long bytes = wanted / PoolLayout.EXTENT_BYTES * PoolLayout.EXTENT_BYTES;
    long now = capacityBytes();
    if (bytes < now) {
      throw new FormatException(
          "a pool does not shrink: it has " + now + " bytes, " + wanted + " are fewer");
    }
    if (bytes < announced) {
      throw new FormatException(
          "growing to " + announced + " bytes was begun and has not ended: grow to that, or more");
    }
    if (bytes > announced) {
      try {
        device.extend(announced, bytes);
      } catch (DeviceException e) {
        if (e.isNoSpace()) {
          throw e;
        }
        throw new FormatException("cannot grow: " + e.getMessage());
      }
      flush.flush();
      announced = bytes;
      checkpointer.setCapacity(bytes);
    }
    while (checkpointer.latest().capacityBytes() != bytes
        || checkpointer.former().capacityBytes() != bytes) {
      log.checkpoint();
    }
    metadata.lock.lock();
    try {
      metadata.space.grow(bytes / PoolLayout.EXTENT_BYTES);
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Waits for one that is under way: none begins any more, and the device may be let go. */
  synchronized void close() {
    closed = true;
  }

  private long capacityBytes() {
    metadata.lock.lock();
    try {
      return metadata.space.capacityExtents() * PoolLayout.EXTENT_BYTES;
    } finally {
      metadata.lock.unlock();
    }
  }
}

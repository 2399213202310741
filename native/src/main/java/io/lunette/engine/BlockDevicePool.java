/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.DeviceInUseException;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.blockio.RawDevice;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * Makes an empty pool of a whole block device.
 *
 * <p>All of it is made zero first, for an extent that was never dealt must read as zeroes, and what
 * a disk held before must never show through a thin volume. The superblocks come last, so a device
 * on which this was cut short is not a pool.
 */
final class BlockDevicePool {

  /** Partition tables, file systems, volume groups and arrays mark a device within so much. */
  private static final int EDGE_BYTES = 1 << 20;

  private static final long STEP_BYTES = 256L << 20;

  private BlockDevicePool() {}

  /**
   * Makes it.
   *
   * @param overwrite whether something may lie there
   * @param zeroed told how many bytes have been made zero so far
   * @throws VolumeException NOT_FOUND, BUSY, CONFLICT if something lies there, INVALID if it is not
   *     a block device
   */
  static void create(Path path, boolean overwrite, LongConsumer zeroed)
      throws IOException, VolumeException {
    if (!Files.exists(path)) {
      throw new VolumeException(VolumeException.Kind.NOT_FOUND, path + ": no such block device");
    }
    if (!LinuxRawDevice.isBlockDevice(path)) {
      throw new VolumeException(VolumeException.Kind.INVALID, path + ": not a block device");
    }
    try (RawDevice device = LinuxRawDevice.open(path)) {
      long size = device.sizeBytes();
      PoolState.requireRoom(device);
      if (!overwrite) {
        requireBlank(path, device, size);
      }
      for (long at = 0; at < size; at += STEP_BYTES) {
        long end = Math.min(size, at + STEP_BYTES);
        device.extend(at, end);
        zeroed.accept(end);
      }
      device.flush();
      PoolState.format(device, UUID.randomUUID());
    } catch (DeviceInUseException e) {
      throw new VolumeException(VolumeException.Kind.BUSY, e.getMessage(), e);
    }
  }

  private static void requireBlank(Path path, RawDevice device, long size)
      throws DeviceException, VolumeException {
    ByteBuffer edge = AlignedBuffers.allocate(EDGE_BYTES);
    ByteBuffer zeroes = AlignedBuffers.allocate(EDGE_BYTES);
    for (long at : new long[] {0, size - EDGE_BYTES}) {
      device.read(at, edge.clear());
      if (edge.mismatch(zeroes) >= 0) {
        throw new VolumeException(
            VolumeException.Kind.CONFLICT, path + ": holds something already");
      }
    }
  }
}

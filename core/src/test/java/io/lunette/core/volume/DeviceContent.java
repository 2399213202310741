/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Reads, writes and makes content of devices in tests. Buffers are direct and aligned to 4096. */
public final class DeviceContent {

  private DeviceContent() {}

  /** Bytes that depend on the seed alone, none of the 8-byte words zero. */
  public static byte[] pattern(int length, long seed) {
    byte[] bytes = new byte[length];
    ByteBuffer words = ByteBuffer.wrap(bytes);
    SplittableRandom random = new SplittableRandom(seed);
    while (words.remaining() >= Long.BYTES) {
      words.putLong(random.nextLong() | 1);
    }
    while (words.hasRemaining()) {
      words.put((byte) 1);
    }
    return bytes;
  }

  public static void write(BlockDevice device, long offsetBytes, byte[] bytes)
      throws BlockException {
    BlockingIo.write(device, offsetBytes, direct(bytes), Durability.VISIBLE);
  }

  /** Writes so that it survives a crash. */
  public static void writeDurably(BlockDevice device, long offsetBytes, byte[] bytes)
      throws BlockException {
    BlockingIo.write(device, offsetBytes, direct(bytes), Durability.DURABLE);
  }

  public static byte[] read(BlockDevice device, long offsetBytes, int length)
      throws BlockException {
    ByteBuffer buffer = buffer(length);
    BlockingIo.read(device, offsetBytes, buffer);
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    return bytes;
  }

  /** Opens a volume, reads, closes. */
  public static byte[] read(VolumeDriver driver, VolumeName name, long offsetBytes, int length)
      throws VolumeException, BlockException {
    try (BlockDevice device = driver.open(name, AccessMode.READ_ONLY)) {
      return read(device, offsetBytes, length);
    }
  }

  /** Opens a volume, writes, flushes, closes. */
  public static void write(VolumeDriver driver, VolumeName name, long offsetBytes, byte[] bytes)
      throws VolumeException, BlockException {
    try (BlockDevice device = driver.open(name, AccessMode.READ_WRITE)) {
      write(device, offsetBytes, bytes);
      BlockingIo.flush(device);
    }
  }

  private static ByteBuffer direct(byte[] bytes) {
    ByteBuffer buffer = buffer(bytes.length);
    buffer.put(bytes).flip();
    return buffer;
  }

  private static ByteBuffer buffer(int length) {
    int rounded = (length + 4095) / 4096 * 4096;
    return ByteBuffer.allocateDirect(rounded + 4096).alignedSlice(4096).slice(0, length);
  }
}

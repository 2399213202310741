/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.RawDevice;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.map.PageCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Looks at every byte of a device for what a tenant wrote, past every map. */
public final class RawBytes {

  private static final int STEP_BYTES = 1 << 20;

  private RawBytes() {}

  /** How often the bytes occur on a device, at whatever place; never overlapping. */
  public static int occurrences(RawDevice device, byte[] wanted) throws IOException {
    return occurrences(device.sizeBytes(), device::read, wanted);
  }

  /** The same in a file or on a block device. */
  public static int occurrences(Path file, byte[] wanted) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return occurrences(channel, 0, channel.size(), wanted);
    }
  }

  /** The same in a part of a file. */
  static int occurrences(FileChannel file, long from, long length, byte[] wanted)
      throws IOException {
    return occurrences(
        length,
        (offset, target) -> {
          long at = from + offset;
          while (target.hasRemaining()) {
            at += file.read(target, at);
          }
          target.flip();
        },
        wanted);
  }

  /** What the device has of the first block of a volume, as it lies there: enciphered or not. */
  static byte[] ofFirstBlock(RawDevice device, VolumeName volume) throws Exception {
    Metadata metadata = PoolState.read(device, new PageCache(1 << 20)).metadata();
    long extent = MapEntry.extent(metadata.chains.volume(volume.value()).top.map.get(0));
    if (extent == 0) {
      throw new AssertionError(volume + " has no block of its own there");
    }
    byte[] block = new byte[PoolLayout.BLOCK_BYTES];
    ByteBuffer bytes = ByteBuffer.allocateDirect(block.length);
    device.read(extent * PoolLayout.EXTENT_BYTES, bytes);
    bytes.get(0, block);
    return block;
  }

  /** What every record has of the key that a volume writes by; the device has one. */
  static byte[] ofKey(RawDevice device, VolumeName volume) throws Exception {
    Metadata metadata = PoolState.read(device, new PageCache(1 << 20)).metadata();
    long key = metadata.chains.volume(volume.value()).top.slot.key();
    ByteBuffer page = ByteBuffer.allocateDirect(PoolLayout.PAGE_BYTES);
    for (long from = 0; key != 0 && from < device.sizeBytes(); from += page.capacity()) {
      device.read(from, page.clear());
      for (int at = 0; at < page.capacity(); at += KeySlot.BYTES) {
        if (KeyRecords.isAt(page, at) && KeyRecords.idAt(page, at) == key) {
          return KeyRecords.nameAt(page, at);
        }
      }
    }
    throw new AssertionError(volume + " has no key there");
  }

  private interface Source {
    void read(long offset, ByteBuffer target) throws IOException;
  }

  private static int occurrences(long size, Source source, byte[] wanted) throws IOException {
    String text = new String(wanted, StandardCharsets.ISO_8859_1);
    byte[] seen = new byte[STEP_BYTES + wanted.length - 1];
    ByteBuffer bytes = ByteBuffer.allocateDirect(seen.length);
    int found = 0;
    long from = 0;
    while (from + wanted.length <= size) {
      int length = (int) Math.min(seen.length, size - from);
      source.read(from, bytes.clear().limit(length));
      bytes.get(0, seen, 0, length);
      String step = new String(seen, 0, length, StandardCharsets.ISO_8859_1);
      long next = from + Math.min(STEP_BYTES, length);
      for (int at = step.indexOf(text); at >= 0; at = step.indexOf(text, at + wanted.length)) {
        found++;
        next = Math.max(next, from + at + wanted.length);
      }
      from = next;
    }
    return found;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import io.lunette.blockio.DataRuns;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Looks for bytes that are not zero in a file, wherever it has data: most of a pool is one hole,
 * and to read that through again and again was much of what all tests took.
 */
final class Bytes {

  private static final int STEP_BYTES = 1 << 20;

  private Bytes() {}

  /** At any offset. */
  static boolean occurAnywhereIn(Path file, byte[] wanted) throws IOException {
    String text = new String(wanted, StandardCharsets.ISO_8859_1);
    try (FileChannel channel = FileChannel.open(file)) {
      for (DataRuns.Run run : DataRuns.of(file)) {
        // What begins in one piece and ends in the next is whole in neither: they overlap.
        for (long at = run.offsetBytes(); at < run.endBytes(); at += STEP_BYTES) {
          int length = (int) Math.min(STEP_BYTES + wanted.length - 1L, run.endBytes() - at);
          byte[] piece = read(channel, at, length);
          if (new String(piece, StandardCharsets.ISO_8859_1).contains(text)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** A block of 4 KiB that is full of one value, as {@code write -P} of qemu-io leaves it. */
  static byte[] block(int value) {
    byte[] block = new byte[4096];
    Arrays.fill(block, (byte) value);
    return block;
  }

  /** At a multiple of their number. */
  static boolean occurIn(Path file, byte[] wanted) throws IOException {
    return countIn(file, wanted) > 0;
  }

  /** How often at a multiple of their number. */
  static long countIn(Path file, byte[] wanted) throws IOException {
    int step = STEP_BYTES / wanted.length * wanted.length;
    long found = 0;
    long seen = 0;
    try (FileChannel channel = FileChannel.open(file)) {
      for (DataRuns.Run run : DataRuns.of(file)) {
        long first = run.offsetBytes() / wanted.length * wanted.length;
        for (seen = Math.max(seen, first); seen < run.endBytes(); seen += step) {
          found += countIn(read(channel, seen, step), wanted);
        }
      }
    }
    return found;
  }

  private static long countIn(byte[] piece, byte[] wanted) {
    long found = 0;
    for (int at = 0; at + wanted.length <= piece.length; at += wanted.length) {
      int end = at + wanted.length;
      found += Arrays.equals(piece, at, end, wanted, 0, wanted.length) ? 1 : 0;
    }
    return found;
  }

  /** As much of that as the file has. */
  private static byte[] read(FileChannel channel, long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    int read = 0;
    while (buffer.hasRemaining() && read >= 0) {
      read = channel.read(buffer, offset + buffer.position());
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Looks for bytes in a file. */
final class Bytes {

  private static final int STEP_BYTES = 1 << 20;

  private Bytes() {}

  /** At any offset. */
  static boolean occurAnywhereIn(Path file, byte[] wanted) throws IOException {
    String text = new String(wanted, StandardCharsets.ISO_8859_1);
    byte[] seen = new byte[STEP_BYTES];
    try (var in = Files.newInputStream(file)) {
      int length = in.readNBytes(seen, 0, seen.length);
      int carried = 0;
      while (length > carried) {
        if (new String(seen, 0, length, StandardCharsets.ISO_8859_1).contains(text)) {
          return true;
        }
        carried = Math.min(length, wanted.length - 1);
        System.arraycopy(seen, length - carried, seen, 0, carried);
        length = carried + in.readNBytes(seen, carried, seen.length - carried);
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
    byte[] block = new byte[wanted.length];
    long found = 0;
    try (var in = Files.newInputStream(file);
        var buffered = new BufferedInputStream(in, STEP_BYTES)) {
      while (buffered.readNBytes(block, 0, block.length) == block.length) {
        found += Arrays.equals(block, wanted) ? 1 : 0;
      }
    }
    return found;
  }
}

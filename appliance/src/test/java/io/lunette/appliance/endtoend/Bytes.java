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

  private Bytes() {}

  /** At any offset. */
  static boolean occurAnywhereIn(Path file, byte[] wanted) throws Exception {
    return ForeignTool.run(
                "grep",
                "-q",
                "-a",
                "-F",
                new String(wanted, StandardCharsets.UTF_8),
                file.toString())
            .status()
        == 0;
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
        var buffered = new BufferedInputStream(in, 1 << 20)) {
      while (buffered.readNBytes(block, 0, block.length) == block.length) {
        found += Arrays.equals(block, wanted) ? 1 : 0;
      }
    }
    return found;
  }
}

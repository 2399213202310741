/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Looks for bytes in a file at every multiple of their number. */
final class Bytes {

  private Bytes() {}

  static boolean occurIn(Path file, byte[] wanted) throws IOException {
    byte[] block = new byte[wanted.length];
    try (var in = Files.newInputStream(file);
        var buffered = new BufferedInputStream(in, 1 << 20)) {
      while (buffered.readNBytes(block, 0, block.length) == block.length) {
        if (Arrays.equals(block, wanted)) {
          return true;
        }
      }
    }
    return false;
  }
}

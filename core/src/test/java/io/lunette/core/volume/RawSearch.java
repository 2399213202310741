/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/** Looks in a file or device for what was written to a volume, past every map. */
public final class RawSearch {

  private static final int SECTOR = 512;
  private static final int STEP_BYTES = 1 << 20;

  private RawSearch() {}

  /** How many sectors of the file begin as one of {@code written} does. */
  public static long blocksOf(byte[] written, Path file) throws IOException {
    Set<Long> beginnings = new HashSet<>();
    ByteBuffer words = ByteBuffer.wrap(written);
    for (int at = 0; at + Long.BYTES <= written.length; at += SECTOR) {
      beginnings.add(words.getLong(at));
    }
    long found = 0;
    ByteBuffer step = ByteBuffer.allocate(STEP_BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (long at = 0; channel.read(step.clear(), at) > 0; at += STEP_BYTES) {
        for (int sector = 0; sector + Long.BYTES <= step.position(); sector += SECTOR) {
          found += beginnings.contains(step.getLong(sector)) ? 1 : 0;
        }
      }
    }
    return found;
  }
}

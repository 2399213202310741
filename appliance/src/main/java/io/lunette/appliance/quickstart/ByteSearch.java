/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.quickstart;

import io.lunette.blockio.DataRuns;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Looks for bytes in a file itself, whatever any map says of it. Holes hold none. */
final class ByteSearch {

  private static final int CHUNK_BYTES = 4 << 20;

  private ByteSearch() {}

  /**
   * What a search came to.
   *
   * @param found how often the bytes are there
   * @param searchedBytes how much was read
   */
  record Result(long found, long searchedBytes) {}

  static Result count(Path file, byte[] wanted) throws IOException {
    long found = 0;
    long searched = 0;
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES + wanted.length - 1);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (DataRuns.Run run : DataRuns.of(file)) {
        chunk.clear();
        long at = run.offsetBytes();
        long end = at + run.lengthBytes();
        while (at < end) {
          chunk.limit((int) Math.min(chunk.capacity(), chunk.position() + end - at));
          int read = channel.read(chunk, at);
          if (read < 0) {
            break;
          }
          at += read;
          searched += read;
          found += occurrences(chunk.array(), chunk.position(), wanted);
          int keep = Math.min(chunk.position(), wanted.length - 1);
          chunk.position(chunk.position() - keep).limit(chunk.position() + keep).compact();
        }
      }
    }
    return new Result(found, searched);
  }

  private static long occurrences(byte[] text, int length, byte[] wanted) {
    long found = 0;
    int last = length - wanted.length;
    for (int i = 0; i <= last; i++) {
      if (text[i] == wanted[0] && matches(text, i, wanted)) {
        found++;
      }
    }
    return found;
  }

  private static boolean matches(byte[] text, int at, byte[] wanted) {
    for (int i = 1; i < wanted.length; i++) {
      if (text[at + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }
}

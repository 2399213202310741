/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A sparse file for a target that does not make its own. */
final class BackingFile {

  private BackingFile() {}

  static Path create(Path file, long sizeBytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      int written = channel.write(ByteBuffer.allocate(1), sizeBytes - 1);
      if (written != 1) {
        throw new IOException(file + ": its last byte could not be written");
      }
    }
    return file;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A new file system in a sparse file, mounted until it is closed.
 *
 * @param point where
 */
record Mounted(Path point) implements AutoCloseable {

  static Mounted make(Path directory, String type, long bytes) throws IOException {
    Path image = directory.resolve(type + ".image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(bytes);
    }
    Tool.exec("mkfs." + type, "-q", image.toString());
    Path point = Files.createDirectory(directory.resolve(type));
    try {
      Tool.exec("mount", "-o", "loop", image.toString(), point.toString());
    } catch (IOException e) {
      throw new MountException(e);
    }
    return new Mounted(point);
  }

  @Override
  public void close() throws IOException {
    Tool.exec("umount", point.toString());
  }
}

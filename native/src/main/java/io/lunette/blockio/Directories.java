/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;

/** The names of files, which are no more durable than the directories that they are in. */
public final class Directories {

  private Directories() {}

  /** Makes a directory with all above it that are not there, durably. */
  public static void make(Path directory, FileAttribute<?>... attributes) throws IOException {
    if (!Files.isDirectory(directory)) {
      Path above = directory.toAbsolutePath().getParent();
      make(above, attributes);
      Files.createDirectories(directory, attributes);
      flush(above);
    }
  }

  /** Makes durable which names a directory has, and of which files. */
  public static void flush(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}

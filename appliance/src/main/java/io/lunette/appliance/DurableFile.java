/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A small file that is replaced as a whole: whatever a crash interrupts, the former content or the
 * new one is there, never a part. One writer at a time.
 */
public final class DurableFile {

  /** What the name of a file ends in that is not complete yet; a crash may leave one. */
  public static final String UNFINISHED = ".new";

  /** Who may read a file. */
  public enum Readers {
    /** Its owner alone: keys, tokens. */
    OWNER("rw-------"),
    /** Everybody on this machine. */
    EVERYBODY("rw-r--r--");

    private final FileAttribute<Set<PosixFilePermission>> permissions;

    Readers(String permissions) {
      this.permissions =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }
  }

  private DurableFile() {}

  /**
   * Replaces a file, or makes it. It is durable when this returns.
   *
   * @throws IOException if it cannot; the former file is untouched then, unless only the flush of
   *     the directory failed
   */
  public static void replace(Path file, byte[] content, Readers readers) throws IOException {
    Path complete = file.resolveSibling(file.getFileName() + UNFINISHED);
    Files.deleteIfExists(complete);
    try (FileChannel channel =
        FileChannel.open(
            complete,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            readers.permissions)) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
    Files.move(complete, file, StandardCopyOption.ATOMIC_MOVE);
    flushDirectory(file.toAbsolutePath().getParent());
  }

  /** The same of a text. */
  public static void replace(Path file, String text, Readers readers) throws IOException {
    replace(file, text.getBytes(StandardCharsets.UTF_8), readers);
  }

  /** Makes what was created, renamed or deleted in a directory durable. */
  public static void flushDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Builds a real image: an ext4 file system with programs of this machine in it. */
final class SampleImage {

  private static final String SIZE = "512M";
  private static final long MOST_FILE_BYTES = 96L << 20;
  private static final List<Path> SOURCES =
      List.of(Path.of("/etc/os-release"), Path.of("/usr/bin"), Path.of("/usr/share/doc"));

  private SampleImage() {}

  /** Writes the image to {@code file}; says how many files went into it. */
  static int build(Path file, Path scratch) throws TourException {
    Path root = scratch.resolve("files");
    try {
      int files = fill(root);
      Program.succeed(
          List.of(
              makeFileSystem(),
              "-q",
              "-F",
              "-t",
              "ext4",
              "-L",
              "golden",
              "-d",
              root.toString(),
              file.toString(),
              SIZE));
      remove(root);
      return files;
    } catch (IOException | UncheckedIOException e) {
      throw new TourException("cannot collect files for an image: " + e.getMessage(), e);
    }
  }

  private static String makeFileSystem() {
    return Stream.of("/usr/sbin/mke2fs", "/sbin/mke2fs")
        .filter(each -> Files.isExecutable(Path.of(each)))
        .findFirst()
        .orElse("mke2fs");
  }

  private static int fill(Path root) throws IOException {
    int files = 0;
    long bytes = 0;
    for (Path source : SOURCES) {
      List<Path> found;
      try (Stream<Path> all = Files.walk(source.toRealPath())) {
        found = all.filter(SampleImage::isPlain).sorted().toList();
      } catch (java.nio.file.NoSuchFileException e) {
        continue;
      }
      for (Path each : found) {
        long size = Files.size(each);
        if (bytes + size <= MOST_FILE_BYTES) {
          Path copy = root.resolve(each.toString().substring(1));
          Files.createDirectories(copy.getParent());
          Files.copy(each, copy, StandardCopyOption.REPLACE_EXISTING);
          bytes += size;
          files++;
        }
      }
    }
    return files;
  }

  private static boolean isPlain(Path file) {
    return Files.isRegularFile(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)
        && Files.isReadable(file);
  }

  private static void remove(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}

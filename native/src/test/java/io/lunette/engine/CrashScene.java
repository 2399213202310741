/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What is kept of a crash that ended badly, in a directory of its own below {@code target/crash}:
 * every call of the life, and the pool as the crash left it, for {@code lunette pool check} and
 * {@code pool dump}. A seed alone may never bring the same order of calls again.
 */
final class CrashScene {

  private static final Path ALL = Path.of("target", "crash");

  private CrashScene() {}

  /**
   * Writes it.
   *
   * @param image the device after the crash, before anybody opened it
   * @param call before which it crashed
   */
  static Path keep(long seed, RecordingDevice life, PagedDevice image, int call)
      throws IOException {
    Path scene = Files.createDirectories(ALL.resolve("seed-" + seed + "-call-" + call));
    Path ignored = Files.writeString(scene.resolve("calls.txt"), life.text(0, life.calls(), call));
    try (FileChannel pool =
        FileChannel.open(
            scene.resolve("pool"),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      int pages = (int) (image.sizeBytes() / PagedDevice.PAGE);
      for (int page = 0; page < pages; page++) {
        if (!image.isZero(page) || page == pages - 1) {
          write(pool, (long) page * PagedDevice.PAGE, ByteBuffer.wrap(image.page(page)));
        }
      }
    }
    return scene;
  }

  private static void write(FileChannel file, long offset, ByteBuffer bytes) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += file.write(bytes, at);
    }
  }
}

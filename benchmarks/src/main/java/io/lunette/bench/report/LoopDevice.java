/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A block device over a file; only root can make one. It is detached when it is closed, or when the
 * process is told to end: at once, or as soon as nobody has it open any more.
 */
public final class LoopDevice implements AutoCloseable {

  private final Path path;
  private final AtExit atExit;

  private LoopDevice(Path path) {
    this.path = path;
    this.atExit = new AtExit(this::detachAtExit);
  }

  /** Whether there is one to be had. */
  public static boolean isAvailable() {
    return Tool.isInstalled("losetup", "--find");
  }

  /** Over a file that is there. */
  public static LoopDevice over(Path file) throws IOException {
    return attached("losetup", "--find", "--show", file.toString());
  }

  /** Over a new sparse file. */
  public static LoopDevice overNew(Path file, long bytes) throws IOException {
    makeSparse(file, bytes);
    return over(file);
  }

  /**
   * Over a new sparse file that is read and written past the page cache, so that the device is as
   * fast as what the file lies on; through the cache where the file system cannot do that.
   */
  public static LoopDevice pastTheCacheOverNew(Path file, long bytes) throws IOException {
    makeSparse(file, bytes);
    try {
      return attached("losetup", "--find", "--show", "--direct-io=on", file.toString());
    } catch (IOException noDirectIo) {
      return over(file);
    }
  }

  /** Over a file that is there; empty where there are no loop devices, or no right to them. */
  public static Optional<LoopDevice> tryOver(Path file) {
    try {
      return Optional.of(over(file));
    } catch (IOException noLoopDevices) {
      return Optional.empty();
    }
  }

  private static LoopDevice attached(String... command) throws IOException {
    return new LoopDevice(Path.of(Tool.run(command).strip()));
  }

  private static void makeSparse(Path file, long bytes) throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(bytes);
    }
  }

  /** Whether its file is read and written past the page cache. */
  public boolean isPastTheCache() throws IOException {
    Path directIo = Path.of("/sys/block", path.getFileName().toString(), "loop/dio");
    return Files.readString(directIo).strip().equals("1");
  }

  /** Of the device. */
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    atExit.forget();
    detach();
  }

  private void detach() throws IOException {
    Tool.cleanUp("losetup", "--detach", path.toString());
  }

  private void detachAtExit() {
    try {
      detach();
    } catch (IOException detachedAlready) {
      // Whoever closed it was faster.
    }
  }
}

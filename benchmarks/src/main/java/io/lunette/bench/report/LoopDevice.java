/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A block device over a file; only root can make one. It is detached when it is closed.
 *
 * @param path of the device
 */
public record LoopDevice(Path path) implements AutoCloseable {

  /** Whether there is one to be had. */
  public static boolean isAvailable() {
    return Tool.isInstalled("losetup", "--find");
  }

  /** Over a file that is there. */
  public static LoopDevice over(Path file) throws IOException {
    return new LoopDevice(
        Path.of(Tool.run("losetup", "--find", "--show", file.toString()).strip()));
  }

  /** Over a new sparse file. */
  public static LoopDevice overNew(Path file, long bytes) throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(bytes);
    }
    return over(file);
  }

  /** Over a file that is there; empty where there are no loop devices, or no right to them. */
  public static Optional<LoopDevice> tryOver(Path file) {
    try {
      return Optional.of(over(file));
    } catch (IOException noLoopDevices) {
      return Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    Tool.exec("losetup", "--detach", path.toString());
  }
}

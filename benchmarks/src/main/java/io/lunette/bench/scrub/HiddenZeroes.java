/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import io.lunette.bench.report.LoopDevice;
import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A loop device on a file that was written whole, which {@code blkdiscard -z} makes read as zeroes:
 * {@code BLKZEROOUT}, of which the loop device makes an {@code fallocate} of its file. That changes
 * metadata and leaves the old bytes on the medium; it is what hiding costs, not removing.
 */
final class HiddenZeroes implements AutoCloseable {

  private final Path file;
  private final LoopDevice device;
  private final long bytes;

  private HiddenZeroes(Path file, LoopDevice device, long bytes) {
    this.file = file;
    this.device = device;
    this.bytes = bytes;
  }

  /** Null where there are no loop devices, or no right to them. */
  static HiddenZeroes orNull(Path file, long bytes) throws IOException {
    ScrubBench.zeroByDd(file, bytes);
    return LoopDevice.tryOver(file)
        .map(device -> new HiddenZeroes(file, device, bytes))
        .orElse(null);
  }

  /** Nanoseconds that it takes once everything is written; with a flush. */
  long run() throws IOException {
    ScrubBench.zeroByDd(file, bytes);
    long start = System.nanoTime();
    Tool.exec("blkdiscard", "--force", "--zeroout", device.path().toString());
    Tool.exec("sync", device.path().toString());
    return System.nanoTime() - start;
  }

  @Override
  public void close() throws IOException {
    device.close();
  }
}

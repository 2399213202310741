/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

import io.lunette.bench.report.Latencies;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** One replica with ever more written to it, and how long its scrub takes. */
final class DataScale {

  private static final VolumeName REPLICA = new VolumeName("replica");
  private static final int RUN_BYTES = 1 << 20;
  private static final int ROUNDS = 3;

  private final Path file;
  private final double target;
  private final List<Point> scrub = new ArrayList<>();

  /**
   * @param target bytes that are asked about
   */
  DataScale(Path file, double target) {
    this.file = file;
    this.target = target;
  }

  /** The greatest is done once before, so that the code is compiled and the file has its blocks. */
  List<Series> run(List<Long> sizes, Consumer<String> progress)
      throws VolumeException, BlockException, IOException {
    long greatest = sizes.get(sizes.size() - 1);
    EngineVolumeDriver.createPool(file, Math.max(1L << 30, 2 * greatest));
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      driver.create(REPLICA, greatest);
      write(driver, greatest);
      long ignored = scrub(driver);
    }
    for (long bytes : sizes) {
      long[] nanos = new long[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        nanos[round] = measure(bytes);
      }
      scrub.add(new Point(bytes, new Latencies(nanos).micros(0.5) / 1e3));
      progress.accept((bytes >> 20) + " MiB written");
    }
    return List.of(
        new Series("scrub, all read back", "ms", "bytes written", Form.LINEAR, scrub, target));
  }

  private long measure(long bytes) throws VolumeException, BlockException, IOException {
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      write(driver, bytes);
      return scrub(driver);
    }
  }

  private static void write(EngineVolumeDriver driver, long bytes)
      throws VolumeException, BlockException {
    byte[] content = new byte[RUN_BYTES];
    new Random(bytes).nextBytes(content);
    ByteBuffer buffer = ByteBuffer.allocateDirect(RUN_BYTES);
    try (BlockDevice device = driver.open(REPLICA, AccessMode.READ_WRITE)) {
      for (long at = 0; at < bytes; at += RUN_BYTES) {
        buffer.clear().put(content).flip();
        BlockingIo.write(device, at, buffer, Durability.VISIBLE);
      }
      BlockingIo.flush(device);
    }
  }

  private static long scrub(EngineVolumeDriver driver) throws VolumeException, IOException {
    long begun = System.nanoTime();
    try {
      EraseReport report =
          driver
              .erase(REPLICA, new EraseRequest(EraseMethod.ZERO_FILL, true))
              .result()
              .toCompletableFuture()
              .join();
      if (report.verifiedBytes() != report.erasedBytes()) {
        throw new IOException("the scrub did something else: " + report);
      }
      return System.nanoTime() - begun;
    } catch (CompletionException e) {
      throw new IOException("the scrub failed: " + e.getCause().getMessage(), e);
    }
  }
}

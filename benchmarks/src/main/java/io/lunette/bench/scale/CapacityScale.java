/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

import io.lunette.bench.report.Latencies;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Empty pools of ever more capacity, in sparse files: what capacity alone costs. */
final class CapacityScale {

  private static final int ROUNDS = 5;
  private static final double MIB = 1 << 20;

  private final Path directory;
  private final double target;

  CapacityScale(Path directory, double target) {
    this.directory = directory;
    this.target = target;
  }

  List<Series> run(List<Long> capacities, Consumer<String> progress)
      throws VolumeException, IOException {
    List<Point> open = new ArrayList<>();
    List<Point> metadata = new ArrayList<>();
    for (long bytes : capacities) {
      Path file = directory.resolve("capacity-" + bytes);
      EngineVolumeDriver.createPool(file, bytes);
      long[] nanos = new long[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        long begun = System.nanoTime();
        try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
          nanos[round] = System.nanoTime() - begun;
          if (round == 0) {
            metadata.add(new Point(bytes, driver.space().metadataBytes() / MIB));
          }
        }
      }
      open.add(new Point(bytes, new Latencies(nanos).micros(0.5) / 1e3));
      Files.delete(file);
      progress.accept((bytes >> 30) + " GiB of capacity");
    }
    return List.of(
        new Series("open an empty pool", "ms", "bytes of capacity", Form.LINEAR, open, target),
        new Series(
            "metadata of an empty pool",
            "MiB",
            "bytes of capacity",
            Form.LINEAR,
            metadata,
            target));
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Replicas of one image, as large and with as much data, made in every way there is: ours and
 * others'. Each call makes its files anew, in a directory of its own.
 */
public final class ReplicaComparison {

  private static final int WARM_UP = 2000;
  private static final long WARM_UP_IMAGE_BYTES = 1L << 30;
  private static final long WARM_UP_DATA_BYTES = 1 << 20;

  private final Path directory;
  private final long imageBytes;
  private final long dataBytes;

  /**
   * @param directory where everything is made, and left
   */
  public ReplicaComparison(Path directory, long imageBytes, long dataBytes) {
    this.directory = directory;
    this.imageBytes = imageBytes;
    this.dataBytes = dataBytes;
  }

  /** Compiles the code, so that the first replica that counts is not the first of the JVM. */
  public void warmUp(int callers) throws IOException, VolumeException, BlockException {
    Path pool = fresh().resolve("pool");
    try (ReplicaBench bench = new ReplicaBench(pool, WARM_UP_IMAGE_BYTES, WARM_UP_DATA_BYTES)) {
      var single = bench.oneByOne(WARM_UP);
      var many = bench.byCallers(WARM_UP, callers);
    }
    Files.delete(pool);
  }

  /** Ours: one by one, by several callers at once, all in one call. */
  public List<ReplicaRun> ours(int count, int callers)
      throws IOException, VolumeException, BlockException {
    Path pool = fresh().resolve("pool");
    List<ReplicaRun> runs = new ArrayList<>();
    try (ReplicaBench bench = new ReplicaBench(pool, imageBytes, dataBytes)) {
      runs.add(bench.oneByOne(count));
      runs.add(bench.byCallers(count, callers));
      runs.add(bench.inOneCall(count));
    }
    Files.delete(pool);
    return runs;
  }

  /** What there is besides; nothing of what is not installed or not permitted. */
  public List<ReplicaRun> others(int count) throws IOException {
    List<ReplicaRun> runs = new ArrayList<>();
    QemuOverlays.make(fresh(), imageBytes, count).ifPresent(runs::add);
    runs.addAll(FileSystemClones.make(fresh(), imageBytes, dataBytes, count));
    return runs;
  }

  private Path fresh() throws IOException {
    return Files.createTempDirectory(directory, "way-");
  }
}

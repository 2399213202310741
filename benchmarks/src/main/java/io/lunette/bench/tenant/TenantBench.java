/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.tenant;

import io.lunette.bench.report.PageCache;
import io.lunette.bench.scrub.ScrubbedReplica;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * A tenant's volume and a replica in one pool, a replica in another pool, and a file, all in one
 * directory. The scrub of the first replica yields to the tenant, as all scrubs do; that of the
 * other one does not know of it, and shows what yielding is worth.
 */
final class TenantBench implements AutoCloseable {

  private static final double MIB = 1 << 20;
  private static final long LEAST_POOL_BYTES = 1L << 30;
  private static final int DIGITS = 3;

  /** A neighbour that is over soon has to get ready often: that may take so much longer. */
  private static final int READY_NANOS_MAX = 4;

  private final Path pool;
  private final EngineVolumeDriver driver;
  private final EngineVolumeDriver otherDriver;
  private final Tenant tenant;
  private final List<Neighbour> neighbours;
  private final List<TenantRow> rows = new ArrayList<>();

  /**
   * @param volumeBytes of the tenant: a multiple of 1 MiB
   * @param writtenBytes of a replica, all of which is written and scrubbed: a multiple of 1 MiB
   */
  TenantBench(Path directory, long volumeBytes, long writtenBytes)
      throws VolumeException, BlockException, IOException {
    pool = directory.resolve("pool");
    driver = newPool(pool, volumeBytes + writtenBytes);
    otherDriver = newPool(directory.resolve("other-pool"), writtenBytes);
    tenant = new Tenant(driver, volumeBytes);
    neighbours =
        List.of(
            new Nobody(),
            new ScrubNeighbour(
                "scrub, which yields", new ScrubbedReplica(driver, writtenBytes, writtenBytes)),
            new ScrubNeighbour(
                "scrub of another pool, which does not",
                new ScrubbedReplica(otherDriver, writtenBytes, writtenBytes)),
            new DdNeighbour(directory.resolve("zeroed"), writtenBytes));
    for (Work work : Work.values()) {
      for (Neighbour neighbour : neighbours) {
        rows.add(new TenantRow(work, neighbour.label()));
      }
    }
  }

  private static EngineVolumeDriver newPool(Path file, long bytes) throws VolumeException {
    EngineVolumeDriver.createPool(file, poolBytes(bytes));
    return EngineVolumeDriver.open(file, Clock.systemUTC());
  }

  private static long poolBytes(long bytes) {
    return Math.max(LEAST_POOL_BYTES, 2 * bytes);
  }

  /** How much room that takes in a directory. */
  static long roomBytes(long volumeBytes, long writtenBytes) {
    return poolBytes(volumeBytes + writtenBytes) + poolBytes(writtenBytes) + writtenBytes;
  }

  /** Every work beside every neighbour, in turn; for each of them the tenant works so long. */
  List<TenantRow> run(int rounds, long nanos) throws VolumeException, BlockException, IOException {
    warmUp(nanos);
    for (int round = 0; round < rounds; round++) {
      int row = 0;
      for (Work work : Work.values()) {
        for (Neighbour neighbour : neighbours) {
          measure(work, neighbour, nanos, rows.get(row));
          row++;
        }
      }
    }
    return List.copyOf(rows);
  }

  /** Compiles the code, and has every block of the pools written that will be. */
  private void warmUp(long nanos) throws VolumeException, BlockException, IOException {
    for (Work work : Work.values()) {
      long begun = System.nanoTime();
      tenant.work(work, () -> System.nanoTime() - begun < nanos, newHistogram());
    }
    for (Neighbour neighbour : neighbours) {
      neighbour.prepare();
      neighbour.begin().await();
    }
  }

  private static Histogram newHistogram() {
    return new Histogram(DIGITS);
  }

  private void measure(Work work, Neighbour neighbour, long nanos, TenantRow row)
      throws VolumeException, BlockException, IOException {
    Histogram times = newHistogram();
    long began = System.nanoTime();
    long worked = 0;
    long zeroed = 0;
    while (worked < nanos && System.nanoTime() - began < READY_NANOS_MAX * nanos) {
      long left = nanos - worked;
      neighbour.prepare();
      tenant.rest();
      // Else reads would ask nothing of the device, and writes be written back in another's turn.
      PageCache.forget(pool);
      long begun = System.nanoTime();
      Neighbour.Turn turn = neighbour.begin();
      tenant.work(work, () -> System.nanoTime() - begun < left && !turn.isOver(), times);
      worked += System.nanoTime() - begun;
      zeroed += turn.bytes();
      turn.await();
    }
    row.rounds().add(times);
    row.rates().add(zeroed / MIB / (worked / 1e9));
  }

  @Override
  public void close() throws VolumeException {
    tenant.close();
    driver.close();
    otherDriver.close();
  }
}

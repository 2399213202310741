/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

import io.lunette.appliance.ApplianceException;
import io.lunette.bench.allocation.AllocationBench;
import io.lunette.bench.allocation.AllocationSize;
import io.lunette.bench.report.Latencies;
import io.lunette.bench.report.Scratch;
import io.lunette.core.DomainException;
import io.lunette.core.catalog.jdbc.JdbcCatalog;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Catalogs in SQLite of ever more replicas: a call of each kind, and the file. */
final class CatalogScale {

  private static final int SERVERS = 200;
  private static final int TENANTS = 20;
  private static final int CALLS = 300;
  private static final double MIB = 1 << 20;

  private final Path directory;
  private final double target;
  private final List<Point> allocate = new ArrayList<>();
  private final List<Point> release = new ArrayList<>();
  private final List<Point> file = new ArrayList<>();

  CatalogScale(Path directory, double target) {
    this.directory = directory;
    this.target = target;
  }

  /** The first count is done once more before, so that the code is compiled. */
  List<Series> run(List<Long> counts, Consumer<String> progress)
      throws DomainException, VolumeException, ApplianceException, IOException {
    measure(counts.get(0), false);
    for (long count : counts) {
      measure(count, true);
      progress.accept(count + " replicas in a catalog");
    }
    String size = "replicas";
    return List.of(
        new Series("allocate", "us", size, Form.LOGARITHMIC, allocate, target),
        new Series("release", "us", size, Form.LOGARITHMIC, release, target),
        new Series("catalog", "MiB", size, Form.LINEAR, file, target));
  }

  private void measure(long count, boolean counts)
      throws DomainException, VolumeException, ApplianceException, IOException {
    try (Scratch scratch = Scratch.in(directory)) {
      Path catalog = scratch.path().resolve("catalog.db");
      AllocationSize size = new AllocationSize(Math.toIntExact(count), SERVERS, TENANTS);
      try (AllocationBench bench =
          new AllocationBench(
              scratch.path(), JdbcCatalog.sqlite(catalog, Clock.systemUTC()), size)) {
        bench.stock(scratch.path());
        calls(bench, count, counts);
      }
      if (counts) {
        file.add(new Point(count, Files.size(catalog) / MIB));
      }
    }
  }

  private void calls(AllocationBench bench, long count, boolean counts)
      throws DomainException, IOException {
    long[] given = new long[CALLS];
    long[] taken = new long[CALLS];
    for (int i = 0; i < CALLS; i++) {
      int server = i % bench.idleServers();
      long begun = System.nanoTime();
      bench.allocate(server);
      long between = System.nanoTime();
      bench.release(server);
      given[i] = between - begun;
      taken[i] = System.nanoTime() - between;
    }
    if (counts) {
      allocate.add(new Point(count, new Latencies(given).micros(0.5)));
      release.add(new Point(count, new Latencies(taken).micros(0.5)));
    }
  }
}

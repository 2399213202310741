/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

import io.lunette.bench.report.Latencies;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One pool with ever more clones of one image: what the next one costs, what all of them take in
 * memory and on the device, and how long the pool takes to open.
 */
final class EngineScale {

  private static final VolumeName IMAGE = new VolumeName("golden");
  private static final long IMAGE_BYTES = 10L << 30;
  private static final long POOL_BYTES = 16L << 30;
  private static final int BATCH = 1000;
  private static final int SINGLES = 200;
  private static final int LAST_BATCHES = 10;
  private static final int REHEARSED = 5000;
  private static final double MIB = 1 << 20;

  private final List<Point> single = new ArrayList<>();
  private final List<Point> batched = new ArrayList<>();
  private final List<Point> deleted = new ArrayList<>();
  private final List<Point> open = new ArrayList<>();
  private final List<Point> heap = new ArrayList<>();
  private final List<Point> metadata = new ArrayList<>();
  private final Path directory;
  private final Path file;
  private final double target;
  private long made;

  /**
   * @param target clones that are asked about
   */
  EngineScale(Path directory, double target) {
    this.directory = directory;
    this.file = directory.resolve("clones");
    this.target = target;
  }

  /**
   * All of it, at each count.
   *
   * @param counts each a thousand above the one before at least
   * @param progress is told of each
   */
  List<Series> run(List<Long> counts, Consumer<String> progress) throws VolumeException {
    rehearse();
    create(file);
    long empty = heapBytes();
    for (long count : counts) {
      try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
        grow(driver, count);
      }
      long begun = System.nanoTime();
      try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
        open.add(new Point(made, (System.nanoTime() - begun) / 1e6));
        heap.add(new Point(made, Math.max(1, heapBytes() - empty) / MIB));
        metadata.add(new Point(made, driver.space().metadataBytes() / MIB));
        shrink(driver);
      }
      progress.accept(count + " clones");
    }
    String size = "clones";
    return List.of(
        new Series("clone, one call", "us", size, Form.LOGARITHMIC, single, target),
        new Series("clone, of a thousand", "us", size, Form.LOGARITHMIC, batched, target),
        new Series("delete, one call", "us", size, Form.LOGARITHMIC, deleted, target),
        new Series("open the pool", "ms", size, Form.LINEAR, open, target),
        new Series("heap of the open pool", "MiB", size, Form.LINEAR, heap, target),
        new Series("metadata on the device", "MiB", size, Form.LINEAR, metadata, target));
  }

  private static void create(Path pool) throws VolumeException {
    EngineVolumeDriver.createPool(pool, POOL_BYTES);
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool, Clock.systemUTC())) {
      driver.create(IMAGE, IMAGE_BYTES);
      driver.seal(IMAGE);
    }
  }

  /** In another pool, so that the code is compiled before anything counts. */
  private void rehearse() throws VolumeException {
    Path pool = directory.resolve("rehearsal");
    create(pool);
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool, Clock.systemUTC())) {
      grow(driver, REHEARSED);
      shrink(driver);
    }
    made = 0;
    single.clear();
    batched.clear();
    deleted.clear();
  }

  private void grow(EngineVolumeDriver driver, long count) throws VolumeException {
    List<Long> batches = new ArrayList<>();
    while (made + SINGLES < count) {
      int now = (int) Math.min(BATCH, count - SINGLES - made);
      batches.add(clone(driver, now) / now);
    }
    long[] singles = new long[SINGLES];
    for (int i = 0; i < SINGLES; i++) {
      singles[i] = clone(driver, 1);
    }
    single.add(new Point(count, new Latencies(singles).micros(0.5)));
    List<Long> last = batches.subList(Math.max(0, batches.size() - LAST_BATCHES), batches.size());
    long[] nanos = last.stream().mapToLong(Long::longValue).toArray();
    batched.add(new Point(count, new Latencies(nanos).micros(0.5)));
  }

  /** Deletes the last clones, while there are all of them. */
  private void shrink(EngineVolumeDriver driver) throws VolumeException {
    long[] nanos = new long[SINGLES];
    long all = made;
    for (int i = 0; i < SINGLES; i++) {
      VolumeName last = new VolumeName("replica-" + --made);
      long begun = System.nanoTime();
      driver.delete(last);
      nanos[i] = System.nanoTime() - begun;
    }
    deleted.add(new Point(all, new Latencies(nanos).micros(0.5)));
  }

  private long clone(EngineVolumeDriver driver, int count) throws VolumeException {
    List<VolumeName> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(new VolumeName("replica-" + made++));
    }
    long begun = System.nanoTime();
    var unused = driver.clone(IMAGE, names);
    return System.nanoTime() - begun;
  }

  /** What is in use once what is not has gone. */
  private static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}

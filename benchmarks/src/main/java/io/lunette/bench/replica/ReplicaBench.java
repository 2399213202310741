/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

import io.lunette.bench.report.Latencies;
import io.lunette.blockio.DataRuns;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes replicas of one image in a pool of its own, in every way that the driver offers. Every
 * replica is durable when its call returns.
 */
final class ReplicaBench implements AutoCloseable {

  private static final VolumeName IMAGE = new VolumeName("golden");
  private static final int DATA_RUN_BYTES = 1 << 20;

  private final Path file;
  private EngineVolumeDriver driver;

  /**
   * A pool in a new file, with a sealed image.
   *
   * @param dataBytes how much of the image is data, spread evenly over it; the rest are holes
   */
  ReplicaBench(Path file, long imageBytes, long dataBytes) throws VolumeException, BlockException {
    this.file = file;
    EngineVolumeDriver.createPool(file, Math.max(1L << 30, imageBytes + dataBytes));
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    driver.create(IMAGE, imageBytes);
    try (BlockDevice image = driver.open(IMAGE, AccessMode.READ_WRITE)) {
      fill(image, imageBytes, dataBytes);
    }
    driver.seal(IMAGE);
  }

  private static void fill(BlockDevice image, long imageBytes, long dataBytes)
      throws BlockException {
    Random random = new Random(1);
    byte[] bytes = new byte[DATA_RUN_BYTES];
    ByteBuffer buffer = ByteBuffer.allocateDirect(DATA_RUN_BYTES);
    long runs = Math.max(1, Math.min(dataBytes, imageBytes) / DATA_RUN_BYTES);
    long stride = imageBytes / runs / DATA_RUN_BYTES * DATA_RUN_BYTES;
    for (long run = 0; run < runs; run++) {
      random.nextBytes(bytes);
      buffer.clear().put(bytes).flip();
      BlockingIo.write(image, run * stride, buffer, Durability.VISIBLE);
    }
    BlockingIo.flush(image);
  }

  /** One caller, a call for each. */
  ReplicaRun oneByOne(int count) throws IOException, VolumeException {
    return measured(
        "one by one",
        count,
        names -> {
          long[] nanos = new long[count];
          for (int i = 0; i < count; i++) {
            nanos[i] = cloneOne(names.get(i));
          }
          return nanos;
        });
  }

  /** Several callers at once, a call for each replica. */
  ReplicaRun byCallers(int count, int callers) throws IOException, VolumeException {
    return measured(
        callers + " callers",
        count,
        names -> {
          long[] nanos = new long[count];
          AtomicInteger next = new AtomicInteger();
          ExecutorService threads = Executors.newFixedThreadPool(callers);
          try {
            List<Future<?>> running = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
              running.add(
                  threads.submit(
                      () -> {
                        for (int i = next.getAndIncrement();
                            i < count;
                            i = next.getAndIncrement()) {
                          nanos[i] = cloneOne(names.get(i));
                        }
                        return null;
                      }));
            }
            for (Future<?> one : running) {
              one.get();
            }
          } catch (ExecutionException e) {
            throw new IOException("a caller failed", e.getCause());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
          } finally {
            threads.shutdownNow();
          }
          return nanos;
        });
  }

  /** One call for all of them. */
  ReplicaRun inOneCall(int count) throws IOException, VolumeException {
    return measured(
        "one call for all",
        count,
        names -> {
          long start = System.nanoTime();
          driver.clone(IMAGE, names);
          return new long[] {System.nanoTime() - start};
        });
  }

  private long cloneOne(VolumeName name) throws VolumeException {
    long start = System.nanoTime();
    driver.clone(IMAGE, List.of(name));
    return System.nanoTime() - start;
  }

  private interface Work {
    long[] make(List<VolumeName> names) throws IOException, VolumeException;
  }

  private ReplicaRun measured(String method, int count, Work work)
      throws IOException, VolumeException {
    String prefix = "replica-" + driver.list().size() + "-";
    List<VolumeName> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(new VolumeName(prefix + i));
    }
    long unused = reopen();
    long metadataBefore = driver.space().metadataBytes();
    long fileBefore = fileBytes();
    long start = System.nanoTime();
    long[] nanos = work.make(names);
    long taken = System.nanoTime() - start;
    long openNanos = reopen();
    return new ReplicaRun(
        method,
        count,
        taken,
        new Latencies(nanos),
        driver.space().metadataBytes() - metadataBefore,
        fileBytes() - fileBefore,
        openNanos);
  }

  /** A pool that was closed has all its metadata in pages, none in the journal. */
  private long reopen() throws VolumeException {
    driver.close();
    long start = System.nanoTime();
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    return System.nanoTime() - start;
  }

  private long fileBytes() throws IOException {
    return DataRuns.of(file).stream().mapToLong(DataRuns.Run::lengthBytes).sum();
  }

  @Override
  public void close() throws VolumeException {
    driver.close();
  }
}

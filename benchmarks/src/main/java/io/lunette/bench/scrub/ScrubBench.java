/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import io.lunette.bench.report.Tool;
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
import java.util.Random;
import java.util.concurrent.CompletionException;

/**
 * A replica in a sparse pool that is written to and scrubbed again and again, a file beside the
 * pool that {@code dd} writes as many zeroes to, and a loop device where {@code blkdiscard -z}
 * hides as many bytes.
 */
final class ScrubBench implements AutoCloseable {

  private static final VolumeName REPLICA = new VolumeName("replica");
  private static final int RUN_BYTES = 1 << 20;

  private final EngineVolumeDriver driver;
  private final Path zeroed;

  /** Null where there are no loop devices. */
  private final HiddenZeroes hidden;

  private final long replicaBytes;
  private final long writtenBytes;

  ScrubBench(Path directory, long replicaBytes, long writtenBytes)
      throws VolumeException, IOException {
    this.replicaBytes = replicaBytes;
    this.writtenBytes = writtenBytes;
    this.zeroed = directory.resolve("zeroed");
    Path pool = directory.resolve("pool");
    EngineVolumeDriver.createPool(pool, Math.max(1L << 30, 2 * writtenBytes));
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC());
    driver.create(REPLICA, replicaBytes);
    // Its blocks are allocated before anything is measured, as those of a written pool are.
    long ignored = zeroByDd();
    hidden = HiddenZeroes.orNull(directory.resolve("hidden"), writtenBytes);
  }

  /** What the tenant does: runs of a mebibyte, spread evenly. Durable on return. */
  void write(long seed) throws VolumeException, BlockException {
    byte[] bytes = new byte[RUN_BYTES];
    ByteBuffer buffer = ByteBuffer.allocateDirect(RUN_BYTES);
    long runs = writtenBytes / RUN_BYTES;
    long stride = replicaBytes / runs / RUN_BYTES * RUN_BYTES;
    Random random = new Random(seed);
    try (BlockDevice device = driver.open(REPLICA, AccessMode.READ_WRITE)) {
      for (long run = 0; run < runs; run++) {
        random.nextBytes(bytes);
        buffer.clear().put(bytes).flip();
        BlockingIo.write(device, run * stride, buffer, Durability.VISIBLE);
      }
      BlockingIo.flush(device);
    }
  }

  /** Scrubs by zero-fill what was written; nanoseconds from the call to the end. */
  long scrub(boolean verify) throws VolumeException, IOException {
    long start = System.nanoTime();
    EraseReport report;
    try {
      report =
          driver
              .erase(REPLICA, new EraseRequest(EraseMethod.ZERO_FILL, verify))
              .result()
              .toCompletableFuture()
              .join();
    } catch (CompletionException e) {
      throw new IOException("the scrub failed: " + e.getCause().getMessage(), e);
    }
    long nanos = System.nanoTime() - start;
    long expectedVerified = verify ? report.erasedBytes() : 0;
    if (report.erasedBytes() < writtenBytes || report.verifiedBytes() != expectedVerified) {
      throw new IOException("the scrub did something else: " + report);
    }
    return nanos;
  }

  /** Has dd write as many zeroes over its file, and flush them. */
  long zeroByDd() throws IOException {
    long start = System.nanoTime();
    zeroByDd(zeroed, writtenBytes);
    return System.nanoTime() - start;
  }

  static void zeroByDd(Path file, long bytes) throws IOException {
    Tool.exec(
        "dd",
        "if=/dev/zero",
        "of=" + file,
        "bs=1M",
        "count=" + bytes / RUN_BYTES,
        "conv=notrunc,fdatasync",
        "status=none");
  }

  /** Has blkdiscard hide as many bytes; nanoseconds, or -1 where there are no loop devices. */
  long hide() throws IOException {
    return hidden == null ? -1 : hidden.run();
  }

  @Override
  public void close() throws VolumeException, IOException {
    if (hidden != null) {
      hidden.close();
    }
    driver.close();
  }
}

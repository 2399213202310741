/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import io.lunette.bench.report.Tool;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/**
 * A replica in a sparse pool that is written to and scrubbed again and again, a file beside the
 * pool that {@code dd} writes as many zeroes to and reads back, and a loop device where {@code
 * blkdiscard -z} hides as many bytes.
 */
final class ScrubBench implements AutoCloseable {

  private static final int RUN_BYTES = 1 << 20;

  private final EngineVolumeDriver driver;
  private final ScrubbedReplica replica;
  private final Path zeroed;
  private final Path whole;

  /** Null where there are no loop devices. */
  private final HiddenZeroes hidden;

  private final long replicaBytes;
  private final long writtenBytes;

  ScrubBench(Path directory, long replicaBytes, long writtenBytes)
      throws VolumeException, IOException {
    this.replicaBytes = replicaBytes;
    this.writtenBytes = writtenBytes;
    this.zeroed = directory.resolve("zeroed");
    this.whole = directory.resolve("whole");
    Path pool = directory.resolve("pool");
    EngineVolumeDriver.createPool(pool, Math.max(1L << 30, 2 * writtenBytes));
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC());
    replica = new ScrubbedReplica(driver, replicaBytes, writtenBytes);
    // Its blocks are allocated before anything is measured, as those of a written pool are.
    long ignored = zeroByDd();
    hidden = HiddenZeroes.orNull(directory.resolve("hidden"), writtenBytes);
  }

  /** What the tenant does. Durable on return. */
  void write(long seed) throws VolumeException, BlockException {
    replica.write(seed);
  }

  /** Scrubs by zero-fill what was written; nanoseconds from the call to the end. */
  long scrub(boolean verify) throws VolumeException, IOException {
    return replica.scrub(verify);
  }

  /** Has dd write as many zeroes over its file, and flush them. */
  long zeroByDd() throws IOException {
    long start = System.nanoTime();
    zeroByDd(zeroed, writtenBytes);
    return System.nanoTime() - start;
  }

  /** Has dd write zeroes over a file as large as the replica, and flush them: nanoseconds. */
  long zeroAllByDd() throws IOException {
    long start = System.nanoTime();
    zeroByDd(whole, replicaBytes);
    return System.nanoTime() - start;
  }

  /**
   * Has dd read the file of {@link #zeroByDd} back past the page cache, as a scrub that verifies
   * reads: nanoseconds. Together with {@link #zeroByDd} it is the same work.
   */
  long readBackByDd() throws IOException {
    long start = System.nanoTime();
    Tool.exec(
        "dd", "if=" + zeroed, "of=/dev/null", "bs=1M", "iflag=direct,fullblock", "status=none");
    return System.nanoTime() - start;
  }

  /** Writes as many zeroes over that file directly, at depth 16, and flushes: nanoseconds. */
  long zeroDeep() throws IOException {
    return DeepWrites.zeroes(zeroed, writtenBytes);
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

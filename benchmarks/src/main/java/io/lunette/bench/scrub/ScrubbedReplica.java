/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CompletionException;

/** A replica in a pool that is written to and scrubbed again and again. Used by one thread. */
public final class ScrubbedReplica {

  private static final VolumeName REPLICA = new VolumeName("replica");
  private static final int RUN_BYTES = 1 << 20;

  private final EngineVolumeDriver driver;
  private final long replicaBytes;
  private final long writtenBytes;

  /**
   * A new one.
   *
   * @param driver of a pool that has none; who opened it closes it
   * @param writtenBytes how much of it the tenant writes: a multiple of 1 MiB
   */
  public ScrubbedReplica(EngineVolumeDriver driver, long replicaBytes, long writtenBytes)
      throws VolumeException {
    this.driver = driver;
    this.replicaBytes = replicaBytes;
    this.writtenBytes = writtenBytes;
    driver.create(REPLICA, replicaBytes);
  }

  /** What the tenant does: runs of a mebibyte, spread evenly. Durable on return. */
  public void write(long seed) throws VolumeException, BlockException {
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

  /**
   * Scrubs by zero-fill what was written.
   *
   * @param verify whether all of it is read back
   * @return nanoseconds from the call to the end
   */
  public long scrub(boolean verify) throws VolumeException, IOException {
    return scrub(new EraseRequest(EraseMethod.ZERO_FILL, verify));
  }

  /** Scrubs what was written; nanoseconds from the call to the end. */
  public long scrub(EraseRequest request) throws VolumeException, IOException {
    long start = System.nanoTime();
    Job<EraseReport> scrub = begin(request);
    finish(scrub);
    return System.nanoTime() - start;
  }

  /** Begins a scrub, of which somebody waits for the end with {@link #finish}. */
  public Job<EraseReport> begin(EraseRequest request) throws VolumeException {
    return driver.erase(REPLICA, request);
  }

  /** Waits until a scrub has ended that has to have done what was asked for. */
  public void finish(Job<EraseReport> scrub) throws IOException {
    EraseReport report;
    try {
      report = scrub.result().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new IOException("the scrub failed: " + e.getCause().getMessage(), e);
    }
    long expectedVerified = report.request().verify() ? report.erasedBytes() : 0;
    if (report.erasedBytes() < writtenBytes || report.verifiedBytes() != expectedVerified) {
      throw new IOException("the scrub did something else: " + report);
    }
  }
}

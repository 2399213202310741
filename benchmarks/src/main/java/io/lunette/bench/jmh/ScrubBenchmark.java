/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The scrub of a replica of 10 GiB of which so much was written, in blocks of so many bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ScrubBenchmark {

  private static final VolumeName REPLICA = new VolumeName("replica");
  private static final int STEP_BYTES = 1 << 20;

  /** How; a method that the device does not have ends the benchmark. */
  @Param({"ZERO_FILL", "OVERWRITE", "WRITE_ZEROES_OFFLOAD", "DISCARD"})
  public EraseMethod method;

  /** Whether all of it is read back. */
  @Param({"true", "false"})
  public boolean verify;

  /** MiB that were written. */
  @Param({"16", "128"})
  public int dirtyMebibytes;

  /** 1 MiB one after the other, or 4 KiB at random. */
  @Param({"1048576", "4096"})
  public int blockBytes;

  /** A file, or a loop device. */
  @Param({ScratchPool.FILE, ScratchPool.DEVICE})
  public String backing;

  private ScratchPool pool;
  private BlockDevice replica;

  /** Makes the pool. */
  @Setup(Level.Trial)
  public void createPool() throws Exception {
    pool = ScratchPool.on(backing);
    pool.openClone(REPLICA.value()).close();
  }

  /** Writes what is to be scrubbed. */
  @Setup(Level.Iteration)
  public void write() throws Exception {
    replica = pool.openForWriting(REPLICA);
    ByteBuffer block = ByteBuffer.allocateDirect(blockBytes);
    for (int i = 0; i < blockBytes; i += Long.BYTES) {
      block.putLong(i, ThreadLocalRandom.current().nextLong() | 1);
    }
    long blocks = (long) dirtyMebibytes * STEP_BYTES / blockBytes;
    long places = ScratchPool.IMAGE_BYTES / blockBytes;
    for (long i = 0; i < blocks; i++) {
      long place = blockBytes == STEP_BYTES ? i : ThreadLocalRandom.current().nextLong(places);
      BlockingIo.write(replica, place * blockBytes, block, Durability.VISIBLE);
    }
    BlockingIo.flush(replica);
    replica.close();
  }

  /** Removes the pool. */
  @TearDown(Level.Trial)
  public void deletePool() throws Exception {
    pool.close();
  }

  /** Scrubs it. */
  @Benchmark
  public EraseReport scrub() throws Exception {
    return pool.driver
        .erase(REPLICA, new EraseRequest(method, verify))
        .result()
        .toCompletableFuture()
        .get(10, TimeUnit.MINUTES);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/** A durable clone of a 10 GiB image: alone, in company, and a hundred in one call. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CloneBenchmark {

  private static final int BATCH = 100;
  private static final int CALLERS = 16;

  private final AtomicLong next = new AtomicLong();
  private ScratchPool pool;

  /** Makes the pool. */
  @Setup
  public void createPool() throws Exception {
    pool = new ScratchPool();
  }

  /** Removes it. */
  @TearDown
  public void deletePool() throws Exception {
    pool.close();
  }

  /** One caller, one replica a call. */
  @Benchmark
  public List<VolumeInfo> one() throws Exception {
    return clone(1);
  }

  /** Several callers, one replica a call. */
  @Benchmark
  @Threads(CALLERS)
  public List<VolumeInfo> oneAmongMany() throws Exception {
    return clone(1);
  }

  /** One caller, a hundred replicas a call; the time is that of one of them. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<VolumeInfo> inHundreds() throws Exception {
    return clone(BATCH);
  }

  private List<VolumeInfo> clone(int count) throws Exception {
    List<VolumeName> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(new VolumeName("replica-" + next.getAndIncrement()));
    }
    return pool.driver.clone(ScratchPool.IMAGE, names);
  }
}

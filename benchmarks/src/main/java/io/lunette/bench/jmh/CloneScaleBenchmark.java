/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.util.ArrayList;
import java.util.List;
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

/**
 * Whether a durable clone costs more of a larger image, beside more clones, or of a longer chain.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CloneScaleBenchmark {

  private static final int BATCH = 1000;

  /** Size of the image; 1 TiB is thin. */
  @Param({"1", "1024"})
  public int imageGibibytes;

  /** Clones of it that there are already. */
  @Param({"1", "1000", "100000"})
  public int clones;

  /** Layers below a new clone. */
  @Param({"1", "64"})
  public int depth;

  private ScratchPool pool;
  private VolumeName parent;
  private long next;

  /** Builds the chain and the clones beside which new ones are made. */
  @Setup(Level.Trial)
  public void build() throws Exception {
    pool = new ScratchPool();
    parent = new VolumeName("image");
    pool.driver.create(parent, (long) imageGibibytes << 30);
    pool.driver.seal(parent);
    for (int i = 1; i < depth; i++) {
      VolumeName clone = new VolumeName("chain-" + i);
      pool.driver.clone(parent, List.of(clone));
      pool.driver.seal(clone);
      parent = clone;
    }
    for (int made = 0; made < clones; made += BATCH) {
      clone(Math.min(BATCH, clones - made));
    }
  }

  /** Removes the pool. */
  @TearDown(Level.Trial)
  public void deletePool() throws Exception {
    pool.close();
  }

  /** One more. */
  @Benchmark
  public List<VolumeInfo> one() throws Exception {
    return clone(1);
  }

  private List<VolumeInfo> clone(int count) throws Exception {
    List<VolumeName> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(new VolumeName("replica-" + next++));
    }
    return pool.driver.clone(parent, names);
  }
}

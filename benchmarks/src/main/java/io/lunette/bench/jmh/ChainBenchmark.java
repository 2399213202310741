/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
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

/**
 * 4 KiB reads at random through a chain of clones of clones, each of which has written a block of
 * every page of the map that is read: no layer can be passed over, and the image shows in between.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ChainBenchmark {

  private static final int BLOCK = 4096;
  private static final int EXTENT = 64 << 10;

  /** Extents of a page's worth of the volume that are read; the layers write in turn to these. */
  private static final int EXTENTS_READ = 16;

  private static final int BLOCKS_OF_EXTENT = EXTENT / BLOCK;

  /** What a page of a map speaks of. */
  private static final long REGION = 504L * EXTENT;

  private static final VolumeName IMAGE = new VolumeName("golden");

  /** How the maps compare with the memory for them. */
  public enum Maps {
    /** All layers' maps fit. */
    FIT(16, 64),
    /** One layer's map fits with room to spare, those of a long chain do not. */
    CHAIN_EXCEEDS(64, 2),
    /** Not even one layer's map fits. */
    ALL_EXCEED(512, 1);

    private final int regions;
    private final long cacheBytes;

    Maps(int regions, long cacheMebibytes) {
      this.regions = regions;
      this.cacheBytes = cacheMebibytes << 20;
    }
  }

  /** Layers above the image. */
  @Param({"1", "4", "16", "64"})
  public int depth;

  @Param public Maps maps;

  private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
  private Path directory;
  private EngineVolumeDriver driver;
  private BlockDevice top;

  /** Builds the chain. */
  @Setup(Level.Trial)
  public void build() throws Exception {
    directory = Files.createTempDirectory("lunette-jmh-");
    EngineVolumeDriver.createPool(pool(), 32L << 30);
    driver = EngineVolumeDriver.open(pool(), Clock.systemUTC(), maps.cacheBytes);
    driver.create(IMAGE, maps.regions * REGION);
    ByteBuffer data = ByteBuffer.allocateDirect(EXTENTS_READ * EXTENT);
    while (data.hasRemaining()) {
      data.put((byte) (data.position() | 1));
    }
    data.flip();
    try (BlockDevice image = driver.open(IMAGE, AccessMode.READ_WRITE)) {
      for (int region = 0; region < maps.regions; region++) {
        BlockingIo.write(image, region * REGION, data, Durability.VISIBLE);
      }
    }
    driver.seal(IMAGE);
    VolumeName below = IMAGE;
    for (int layer = 1; layer <= depth; layer++) {
      VolumeName clone = new VolumeName("clone-" + layer);
      driver.clone(below, List.of(clone));
      writeTo(clone, layer, data.limit(BLOCK));
      if (layer < depth) {
        driver.seal(clone);
      }
      below = clone;
    }
    top = driver.open(below, AccessMode.READ_WRITE);
    warmUp();
  }

  private void writeTo(VolumeName clone, int layer, ByteBuffer data) throws Exception {
    try (BlockDevice open = driver.open(clone, AccessMode.READ_WRITE)) {
      long extent = layer % EXTENTS_READ;
      long at = layer / EXTENTS_READ % BLOCKS_OF_EXTENT;
      for (int region = 0; region < maps.regions; region++) {
        BlockingIo.write(
            open, region * REGION + extent * EXTENT + at * BLOCK, data, Durability.VISIBLE);
      }
      BlockingIo.flush(open);
    }
  }

  /** What is read once for all of a page is not what is measured. */
  private void warmUp() throws BlockException {
    for (int region = 0; region < maps.regions; region++) {
      for (int extent = 0; extent < EXTENTS_READ; extent++) {
        BlockingIo.read(top, region * REGION + (long) extent * EXTENT, block);
      }
    }
  }

  private Path pool() {
    return directory.resolve("pool");
  }

  /** Reads one block. */
  @Benchmark
  public ByteBuffer read() throws BlockException {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long region = random.nextInt(maps.regions);
    long offset = (long) random.nextInt(EXTENTS_READ * BLOCKS_OF_EXTENT) * BLOCK;
    BlockingIo.read(top, region * REGION + offset, block);
    return block;
  }

  /** Removes the pool. */
  @TearDown(Level.Trial)
  public void remove() throws VolumeException, IOException {
    top.close();
    driver.close();
    Files.delete(pool());
    Files.delete(directory);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;

/**
 * Opens a {@link VastPool}, works in it and dies, or finds again what the first one wrote; a
 * process of its own, for its heap is the test.
 */
final class VastPoolLife {

  private static final int BLOCK = 4096;
  private static final int WRITES = 4000;
  private static final VolumeName LATE = new VolumeName("late");

  private VastPoolLife() {}

  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[1]);
    long start = System.nanoTime();
    EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    System.out.println("opened in " + (System.nanoTime() - start) / 1_000_000 + " ms");
    switch (args[0]) {
      case "write" -> {
        write(driver);
        Runtime.getRuntime().halt(0);
      }
      case "verify" -> {
        verify(driver);
        driver.close();
        check(file);
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void write(VolumeDriver driver) throws Exception {
    driver.clone(new VolumeName("image"), List.of(LATE));
    driver.snapshot(clone(1), new VolumeName("snapshot"));
    Random random = new Random(1);
    for (int i = 0; i < VastPool.CLONES; i++) {
      try (BlockDevice device = driver.open(clone(i), AccessMode.READ_WRITE)) {
        for (int n = 0; n < WRITES / VastPool.CLONES; n++) {
          long at = place(random);
          BlockingIo.write(device, at, block(at), Durability.VISIBLE);
          require(device, at, at);
          require(device, place(random), 0);
        }
        BlockingIo.flush(device);
      }
    }
    driver.delete(LATE);
  }

  private static void verify(VolumeDriver driver) throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < VastPool.CLONES; i++) {
      try (BlockDevice device = driver.open(clone(i), AccessMode.READ_ONLY)) {
        for (int n = 0; n < WRITES / VastPool.CLONES; n++) {
          long at = place(random);
          require(device, at, at);
          require(device, place(random), 0);
        }
      }
    }
  }

  private static void check(Path file) throws Exception {
    var problems = PoolCheck.check(file).problems();
    if (!problems.isEmpty()) {
      throw new AssertionError(problems.toString());
    }
  }

  private static VolumeName clone(int i) {
    return new VolumeName("clone-" + i);
  }

  private static long place(Random random) {
    return random.nextLong(1, VastPool.IMAGE_BYTES / BLOCK) * BLOCK;
  }

  private static ByteBuffer block(long content) {
    return ByteBuffer.allocateDirect(BLOCK).putLong(0, content);
  }

  private static void require(BlockDevice device, long at, long content) throws BlockException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    BlockingIo.read(device, at, block);
    if (block.getLong(0) != content) {
      throw new AssertionError(block.getLong(0) + " at " + at + ", not " + content);
    }
  }
}

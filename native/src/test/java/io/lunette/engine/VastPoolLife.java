/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DataRuns;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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
  private static final int MARKED = 500;
  private static final int MARKED_BYTES = 4 * BLOCK;
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
        erase(driver, file);
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

  /** A deleted snapshot, and the erase of a clone that wrote here and there over a map of 3 TiB. */
  private static void erase(VolumeDriver driver, Path file) throws Exception {
    VolumeName erased = clone(0);
    byte[] mark = "written by a tenant, and erased".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer marked = ByteBuffer.allocateDirect(MARKED_BYTES);
    while (marked.remaining() >= mark.length) {
      marked.put(mark);
    }
    try (BlockDevice device = driver.open(erased, AccessMode.READ_WRITE)) {
      Random random = new Random(2);
      for (int n = 0; n < MARKED; n++) {
        long at = random.nextLong((VastPool.IMAGE_BYTES - MARKED_BYTES) / BLOCK) * BLOCK;
        BlockingIo.write(device, at, marked.clear(), Durability.VISIBLE);
      }
      BlockingIo.flush(device);
    }
    if (timesInFile(file, mark) == 0) {
      throw new AssertionError("what was written is not in the file");
    }

    driver.delete(new VolumeName("snapshot"));
    EraseRequest request = EraseRequest.zeroFillVerified();
    EraseReport report = driver.erase(erased, request).result().toCompletableFuture().get();

    if (report.extents() < MARKED || timesInFile(file, mark) != 0) {
      throw new AssertionError("left of what was erased, by " + report);
    }
    try (BlockDevice device = driver.open(erased, AccessMode.READ_ONLY)) {
      require(device, place(new Random(1)), 0);
    }
  }

  /** In what the file holds data for; the rest of its 4 TiB are holes. */
  private static int timesInFile(Path file, byte[] wanted) throws Exception {
    int times = 0;
    try (FileChannel channel = FileChannel.open(file)) {
      for (DataRuns.Run run : DataRuns.of(file)) {
        times += RawBytes.occurrences(channel, run.offsetBytes(), run.lengthBytes(), wanted);
      }
    }
    return times;
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

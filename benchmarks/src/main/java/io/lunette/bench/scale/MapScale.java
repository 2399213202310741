/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

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
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Replicas of which ever more is mapped, by a block in each extent: what the map takes on the
 * device, without as much data.
 */
final class MapScale {

  private static final VolumeName REPLICA = new VolumeName("replica");
  private static final int EXTENT_BYTES = 64 << 10;
  private static final int BLOCK_BYTES = 4096;
  private static final double MIB = 1 << 20;

  private final Path directory;
  private final double target;

  /**
   * @param target bytes that are asked about
   */
  MapScale(Path directory, double target) {
    this.directory = directory;
    this.target = target;
  }

  /** At each size, in a pool of its own. */
  List<Series> run(List<Long> sizes, Consumer<String> progress)
      throws VolumeException, BlockException, IOException {
    List<Point> map = new ArrayList<>();
    for (long bytes : sizes) {
      Path file = directory.resolve("mapped-" + bytes);
      EngineVolumeDriver.createPool(file, Math.max(1L << 30, 2 * bytes));
      long before;
      try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
        before = driver.space().metadataBytes();
        driver.create(REPLICA, bytes);
        touch(driver, bytes);
      }
      try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
        map.add(new Point(bytes, Math.max(1, driver.space().metadataBytes() - before) / MIB));
      }
      Files.delete(file);
      progress.accept((bytes >> 30) + " GiB mapped");
    }
    return List.of(
        new Series("map on the device", "MiB", "bytes mapped", Form.LINEAR, map, target));
  }

  private static void touch(EngineVolumeDriver driver, long bytes)
      throws VolumeException, BlockException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
    block.put(0, (byte) 1);
    try (BlockDevice device = driver.open(REPLICA, AccessMode.READ_WRITE)) {
      for (long at = 0; at < bytes; at += EXTENT_BYTES) {
        BlockingIo.write(device, at, block, Durability.VISIBLE);
      }
      BlockingIo.flush(device);
    }
  }
}

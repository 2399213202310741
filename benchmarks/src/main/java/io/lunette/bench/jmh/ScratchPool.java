/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.bench.report.LoopDevice;
import io.lunette.core.block.BlockDevice;
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

/**
 * A pool in a temporary file, or on a loop device over one, with a sealed image of 10 GiB, of which
 * some MiB are data.
 */
final class ScratchPool implements AutoCloseable {

  /** What {@link #on} makes the pool of. */
  static final String FILE = "file";

  static final String DEVICE = "device";

  static final VolumeName IMAGE = new VolumeName("golden");
  static final long IMAGE_BYTES = 10L << 30;

  private static final long DEVICE_BYTES = 4L << 30;

  final EngineVolumeDriver driver;
  private final Path file;

  /** Null where the pool lies in the file itself. */
  private final LoopDevice device;

  ScratchPool() throws Exception {
    this(FILE);
  }

  private ScratchPool(String backing) throws Exception {
    Path directory = Files.createTempDirectory("lunette-jmh-");
    file = directory.resolve("pool");
    if (backing.equals(DEVICE)) {
      device = LoopDevice.overNew(file, DEVICE_BYTES);
      EngineVolumeDriver.createPoolOnDevice(device.path(), true, zeroed -> {});
    } else {
      device = null;
      EngineVolumeDriver.createPool(file, 32L << 30);
    }
    driver = EngineVolumeDriver.open(device == null ? file : device.path(), Clock.systemUTC());
    driver.create(IMAGE, IMAGE_BYTES);
    try (BlockDevice image = driver.open(IMAGE, AccessMode.READ_WRITE)) {
      ByteBuffer data = ByteBuffer.allocateDirect(1 << 20);
      while (data.hasRemaining()) {
        data.put((byte) (data.position() | 1));
      }
      data.flip();
      for (long at = 0; at < 16; at++) {
        BlockingIo.write(image, at << 28, data, Durability.VISIBLE);
      }
    }
    driver.seal(IMAGE);
  }

  /** In a file, or on a block device of 4 GiB, which only root can make. */
  static ScratchPool on(String backing) throws Exception {
    return new ScratchPool(backing);
  }

  /** Opens a new clone of the image for writing. */
  BlockDevice openClone(String name) throws Exception {
    VolumeName clone = new VolumeName(name);
    driver.clone(IMAGE, List.of(clone));
    return openForWriting(clone);
  }

  BlockDevice openForWriting(VolumeName volume) throws VolumeException {
    return driver.open(volume, AccessMode.READ_WRITE);
  }

  @Override
  public void close() throws VolumeException, IOException {
    driver.close();
    if (device != null) {
      device.close();
    }
    Files.delete(file);
    Files.delete(file.getParent());
  }
}

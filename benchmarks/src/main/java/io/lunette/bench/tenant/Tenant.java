/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.tenant;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/** Who works on one volume, all of which was written. Used by one thread. */
final class Tenant implements AutoCloseable {

  private static final VolumeName VOLUME = new VolumeName("tenant");
  private static final int OPERATION_BYTES = 4096;
  private static final int MIB = 1 << 20;

  private final BlockDevice volume;
  private final long volumeBytes;
  private final Random random = new Random(1);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(OPERATION_BYTES);

  /**
   * A volume of its own in that pool.
   *
   * @param volumeBytes a multiple of 1 MiB
   */
  Tenant(EngineVolumeDriver driver, long volumeBytes) throws VolumeException, BlockException {
    this.volumeBytes = volumeBytes;
    driver.create(VOLUME, volumeBytes);
    volume = driver.open(VOLUME, AccessMode.READ_WRITE);
    byte[] noise = new byte[MIB];
    ByteBuffer mebibyte = ByteBuffer.allocateDirect(MIB);
    for (long at = 0; at < volumeBytes; at += MIB) {
      random.nextBytes(noise);
      mebibyte.clear().put(noise).flip();
      BlockingIo.write(volume, at, mebibyte, Durability.VISIBLE);
    }
    rest();
  }

  /** Works while that is true, once at least, and records the nanoseconds of each operation. */
  void work(Work work, BooleanSupplier goesOn, Histogram nanos) throws BlockException {
    do {
      long at = random.nextLong(volumeBytes / OPERATION_BYTES) * OPERATION_BYTES;
      buffer.clear().putLong(0, random.nextLong());
      long begun = System.nanoTime();
      operate(work, at);
      nanos.recordValue(System.nanoTime() - begun);
    } while (goesOn.getAsBoolean());
  }

  private void operate(Work work, long at) throws BlockException {
    switch (work) {
      case READ -> BlockingIo.read(volume, at, buffer);
      case WRITE -> BlockingIo.write(volume, at, buffer, Durability.VISIBLE);
      case WRITE_AND_FLUSH -> {
        BlockingIo.write(volume, at, buffer, Durability.VISIBLE);
        BlockingIo.flush(volume);
      }
    }
  }

  /** Leaves nothing to be written back. */
  void rest() throws BlockException {
    BlockingIo.flush(volume);
  }

  @Override
  public void close() {
    volume.close();
  }
}

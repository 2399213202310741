/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In how many pieces the device sees what is written, and read, in one. */
class FirstWriteTest {

  private static final int EXTENT = 64 * 1024;
  private static final int MIB = 1 << 20;
  private static final VolumeName VOLUME = new VolumeName("volume");

  private final CountingDevice counting = new CountingDevice(1L << 30);
  private EngineVolumeDriver driver;
  private BlockDevice device;

  @BeforeEach
  void openVolume() throws Exception {
    PoolState.format(counting, new UUID(7, 7));
    driver = EngineVolumeDriver.open(counting, Clock.systemUTC(), 4 << 20);
    driver.create(VOLUME, 8 * MIB);
    device = driver.open(VOLUME, AccessMode.READ_WRITE);
    // The first window begins behind the journal and is not whole.
    write(7 * MIB, MIB, 1);
  }

  @AfterEach
  void closePool() throws Exception {
    device.close();
    driver.close();
  }

  @Test
  void aMebibyteIsWrittenInOnePiece() throws Exception {
    counting.lengths.clear();

    write(2 * MIB, MIB, 5);

    assertThat(counting.lengths).containsExactly(MIB);
  }

  @Test
  void whatBeginsAndEndsWithinBlocksIsWrittenWholeAndTheRestInOnePiece() throws Exception {
    write(0, 8 * EXTENT, 9);
    ByteBuffer bytes = ByteBuffer.allocateDirect(3 * EXTENT);
    counting.lengths.clear();

    write(8 * EXTENT + 512, 3 * EXTENT, 5);

    BlockingIo.read(device, 8 * EXTENT, bytes);
    assertThat(bytes.get(511)).isZero();
    assertThat(bytes.get(512)).isEqualTo((byte) 5);
    assertThat(counting.lengths).startsWith(EXTENT, 2 * EXTENT, 4096);
  }

  @Test
  void whatWasWrittenInAnyOrderIsReadInOnePiece() throws Exception {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < MIB / EXTENT; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(1));
    for (int extent : order) {
      write(MIB + extent * EXTENT, EXTENT, extent + 1);
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect(MIB);
    counting.lengths.clear();

    BlockingIo.read(device, MIB, bytes);

    assertThat(counting.lengths).containsExactly(MIB);
    for (int extent : order) {
      assertThat(bytes.get(extent * EXTENT)).isEqualTo((byte) (extent + 1));
    }
  }

  private void write(int offset, int length, int value) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocateDirect(length);
    while (bytes.hasRemaining()) {
      bytes.put((byte) value);
    }
    BlockingIo.write(device, offset, bytes.flip(), Durability.VISIBLE);
  }

  /** Keeps the length of every transfer. */
  private static final class CountingDevice extends PagedDevice {

    private final List<Integer> lengths = Collections.synchronizedList(new ArrayList<>());

    CountingDevice(long sizeBytes) {
      super(sizeBytes);
    }

    @Override
    public synchronized void read(long offset, ByteBuffer target) throws DeviceException {
      lengths.add(target.remaining());
      super.read(offset, target);
    }

    @Override
    public synchronized void write(long offset, ByteBuffer source) throws DeviceException {
      lengths.add(source.remaining());
      super.write(offset, source);
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Durable first writes and what may come right behind them to the same bytes, crashed at every
 * call: whatever was acknowledged as durable is there, or what was written after it.
 */
class VouchedCrashTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int BLOCK = PoolLayout.BLOCK_BYTES;
  private static final int SECTOR = 512;
  private static final int BLOCKS = 8 * PoolLayout.BLOCKS_PER_EXTENT;
  private static final int STEPS = 60;
  private static final double[] KEPT = {0, 0.5, 0.9, 1};

  /** A write of one stamp to some sectors, begun and ended at those calls of the device. */
  private record Written(int from, int to, int stamp, boolean durable, int begun, int ended) {}

  private final List<Written> writes = new ArrayList<>();
  private RecordingDevice device;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 5})
  void whatIsDurableIsThereWhateverOverwroteIt(long seed) throws Exception {
    live(new Random(seed));
    Random coin = new Random(~seed);
    RecordingDevice.Crashes crashes = device.crashes();
    while (crashes.advance()) {
      if (crashes.isUncertain()) {
        PagedDevice image = crashes.image(coin, KEPT[coin.nextInt(KEPT.length)]);
        requireAllowed(image, crashes.at(), "seed " + seed + ", crash after call " + crashes.at());
      }
    }
  }

  @Test
  void aBlockThatCannotBeReadIsTakenForOneThatWasNotWritten() throws Exception {
    FailingDevice failing = new FailingDevice(CrashLife.POOL_BYTES);
    CrashLife.format(failing, 1);
    EngineVolumeDriver driver = EngineVolumeDriver.open(failing, Clock.systemUTC(), 1 << 20);
    driver.create(VOLUME, (long) BLOCKS * BLOCK);
    BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE);
    BlockingIo.write(volume, 0, stamped(0x5EC2E7A9, BLOCK), Durability.DURABLE);
    driver.abandon();
    long place = failing.placeOf(0x5EC2E7A9);
    // Readable again when the scrub of the opening has written it.
    AtomicBoolean unread = new AtomicBoolean(true);
    failing.failReads(
        (offset, length) ->
            FailingDevice.at(place).takes(offset, length) && unread.getAndSet(false));

    driver = EngineVolumeDriver.open(failing, Clock.systemUTC(), 1 << 20);

    ByteBuffer content = ByteBuffer.allocateDirect(BLOCK);
    BlockingIo.read(driver.open(VOLUME, AccessMode.READ_ONLY), 0, content);
    assertThat(unread).isFalse();
    assertThat(content).isEqualTo(ByteBuffer.allocate(BLOCK));
    driver.abandon();
  }

  private void live(Random random) throws Exception {
    PagedDevice empty = new PagedDevice(CrashLife.POOL_BYTES);
    CrashLife.format(empty, 1);
    device = new RecordingDevice(empty);
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
    driver.create(VOLUME, (long) BLOCKS * BLOCK);
    BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE);
    int block = 0;
    for (int step = 1; step <= STEPS; step++) {
      boolean again = step > 1 && random.nextInt(3) > 0;
      block = again ? block : random.nextInt(BLOCKS);
      // Mostly whole blocks, for of others the rest is read and written with them.
      int from = block * BLOCK / SECTOR + (random.nextInt(4) == 0 ? random.nextInt(8) : 0);
      int to = Math.min(BLOCKS * BLOCK / SECTOR, from + 1 + random.nextInt(3) * 8 + 7);
      boolean durable = random.nextInt(3) > 0;
      int begun = device.calls();
      Durability durability = durable ? Durability.DURABLE : Durability.VISIBLE;
      long offset = (long) from * SECTOR;
      int length = (to - from) * SECTOR;
      boolean zero = random.nextInt(8) == 0;
      if (zero) {
        BlockingIo.writeZeroes(volume, offset, length, Provisioning.MAY_RELEASE, durability);
      } else {
        BlockingIo.write(volume, offset, stamped(step, length), durability);
      }
      writes.add(new Written(from, to, zero ? 0 : step, durable, begun, device.calls()));
    }
    driver.abandon();
  }

  private static ByteBuffer stamped(int stamp, int length) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(length);
    while (bytes.hasRemaining()) {
      bytes.putInt(stamp);
    }
    return bytes.flip();
  }

  private void requireAllowed(PagedDevice image, int call, String where) throws Exception {
    EngineVolumeDriver driver = EngineVolumeDriver.open(image, Clock.systemUTC(), 1 << 20);
    try {
      if (driver.find(VOLUME).isEmpty()) {
        assertThat(writes.get(0).begun).as(where).isGreaterThanOrEqualTo(call);
        return;
      }
      ByteBuffer content = ByteBuffer.allocateDirect(BLOCKS * BLOCK);
      BlockingIo.read(driver.open(VOLUME, AccessMode.READ_ONLY), 0, content);
      for (int sector = 0; sector < BLOCKS * BLOCK / SECTOR; sector++) {
        int found = content.getInt(sector * SECTOR);
        assertThat(allowed(sector, call)).as("%s, sector %d", where, sector).contains(found);
      }
    } finally {
      driver.abandon();
    }
  }

  /** What was written after the last that is durable, and that; a write that is not may be lost. */
  private List<Integer> allowed(int sector, int call) {
    List<Integer> stamps = new ArrayList<>(List.of(0));
    for (Written write : writes) {
      if (write.from <= sector && sector < write.to && write.begun < call) {
        if (write.durable && write.ended <= call) {
          stamps.clear();
        }
        stamps.add(write.stamp);
      }
    }
    return stamps;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static io.lunette.engine.StampedWrites.BLOCK;
import static io.lunette.engine.StampedWrites.BLOCKS;
import static io.lunette.engine.StampedWrites.SECTOR;
import static io.lunette.engine.StampedWrites.SIZE;
import static io.lunette.engine.StampedWrites.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Durable first writes and what may come right behind them to the same bytes, crashed at every
 * call: whatever was acknowledged as durable is there, or what was written after it.
 */
class VouchedCrashTest {

  private static final int STEPS = 60;
  private static final int WRITERS = 4;
  private static final int BLOCK_SECTORS = BLOCK / SECTOR;
  private static final double[] KEPT = {0, 0.5, 0.9, 1};

  private RecordingDevice device;
  private RecordingVault vault;
  private StampedWrites writes;

  @BeforeEach
  void format() throws Exception {
    PagedDevice empty = new PagedDevice(CrashLife.POOL_BYTES);
    CrashLife.format(empty, 1);
    use(new RecordingDevice(empty));
  }

  private void use(RecordingDevice recording) {
    device = recording;
    vault = new RecordingVault(device::calls);
    writes = new StampedWrites(device);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 5})
  void whatIsDurableIsThereWhateverOverwroteIt(long seed) throws Exception {
    liveAlone(seed, STEPS, false);
    requireAllowedAfterCrashes(seed, false);
  }

  @Test
  void whatIsEncipheredIsThereToo() throws Exception {
    liveAlone(13, STEPS / 2, true);
    requireAllowedAfterCrashes(13, false);
  }

  @Test
  void itIsThereWithoutTheNewestSuperblock() throws Exception {
    liveAlone(7, STEPS, false);
    requireAllowedAfterCrashes(7, true);
  }

  @ParameterizedTest
  @ValueSource(longs = {9, 10})
  void itIsThereWhereSeveralWrite(long seed) throws Exception {
    use(new RecordingDevice(device, new RecordingDevice.Kind(false, SECTOR, true)));
    liveTogether(seed, seed % 2 == 0);
    requireAllowedAfterCrashes(seed, false);
  }

  @Test
  void aBlockThatCannotBeReadForAMomentIsNotTakenForOneThatWasNotWritten() throws Exception {
    FailingDevice failing = new FailingDevice(CrashLife.POOL_BYTES);
    CrashLife.format(failing, 1);
    EngineVolumeDriver driver = EngineVolumeDriver.open(failing, Clock.systemUTC(), 1 << 20);
    driver.create(VOLUME, SIZE);
    BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE);
    // That the volume is used now goes with a commit of its own, which vouches for nothing.
    BlockingIo.flush(volume);
    ByteBuffer bytes = StampedWrites.stamped(0x5EC2E7A9, BLOCK);
    BlockingIo.write(volume, 0, bytes, Durability.DURABLE);
    driver.abandon();
    long place = failing.placeOf(0x5EC2E7A9);
    AtomicBoolean unread = new AtomicBoolean(true);
    failing.failReads(
        (offset, length) ->
            FailingDevice.at(place).takes(offset, length) && unread.getAndSet(false));

    driver = EngineVolumeDriver.open(failing, Clock.systemUTC(), 1 << 20);

    ByteBuffer content = ByteBuffer.allocateDirect(BLOCK);
    BlockingIo.read(driver.open(VOLUME, AccessMode.READ_ONLY), 0, content);
    assertThat(unread).isFalse();
    assertThat(content).isEqualTo(bytes.rewind());
    driver.abandon();
  }

  private EngineVolumeDriver open(boolean keyed) throws Exception {
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20, vault);
    if (keyed) {
      driver.createEncrypted(VOLUME, SIZE, SECTOR);
    } else {
      driver.create(VOLUME, SIZE);
    }
    return driver;
  }

  private void liveAlone(long seed, int steps, boolean keyed) throws Exception {
    Random random = new Random(seed);
    EngineVolumeDriver driver = open(keyed);
    BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE);
    int block = 0;
    for (int step = 1; step <= steps; step++) {
      boolean again = step > 1 && random.nextInt(3) > 0;
      block = again ? block : random.nextInt(BLOCKS);
      // Mostly whole blocks, for of others the rest is read and written with them.
      int from = block * BLOCK_SECTORS + (random.nextInt(4) == 0 ? random.nextInt(8) : 0);
      int to = Math.min(SIZE / SECTOR, from + 1 + random.nextInt(3) * 8 + 7);
      Durability durability = random.nextInt(3) > 0 ? Durability.DURABLE : Durability.VISIBLE;
      int stamp = random.nextInt(8) == 0 ? 0 : step;
      writes.write(volume, from, to, stamp, durability);
    }
    driver.abandon();
  }

  /** Each has every so-manieth block, so extents are everybody's. */
  private void liveTogether(long seed, boolean keyed) throws Exception {
    EngineVolumeDriver driver = open(keyed);
    BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE);
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        ends.add(
            threads.submit(
                () -> {
                  liveBeside(volume, writer, new Random(seed * WRITERS + writer));
                  return null;
                }));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    } finally {
      threads.shutdownNow();
    }
    driver.abandon();
  }

  private void liveBeside(BlockDevice volume, int writer, Random random) throws Exception {
    int block = writer;
    for (int step = 1; step <= STEPS / 2 / WRITERS; step++) {
      boolean again = step > 1 && random.nextInt(3) == 0;
      block = again ? block : writer + WRITERS * random.nextInt(BLOCKS / WRITERS);
      int from = block * BLOCK_SECTORS + (random.nextInt(4) == 0 ? random.nextInt(8) : 0);
      int to = (block + 1) * BLOCK_SECTORS;
      Durability durability = random.nextInt(4) > 0 ? Durability.DURABLE : Durability.VISIBLE;
      writes.write(volume, from, to, step * WRITERS + writer, durability);
    }
  }

  private void requireAllowedAfterCrashes(long seed, boolean withoutNewest) throws Exception {
    Random coin = new Random(~seed);
    int points = 0;
    RecordingDevice.Crashes crashes = device.crashes();
    while (crashes.advance()) {
      PagedDevice image = crashes.image(coin, KEPT[coin.nextInt(KEPT.length)]);
      if (crashes.isUncertain() && (!withoutNewest || LostSuperblock.newestOfTwo(image))) {
        String where = "seed " + seed + ", crash after call " + crashes.at();
        writes.requireAllowed(image, vault.after(crashes.at(), coin), crashes.at(), where);
        points++;
      }
    }
    assertThat(points).isPositive();
  }
}

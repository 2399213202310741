/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The power goes while records of keys are written, and the device reads none of the pages any more
 * that were under way. The keys of many volumes lie in one page.
 */
class KeyPageCrashTest {

  private static final UUID POOL = new UUID(7, 7);
  private static final int BLOCK = 4096;
  private static final int VOLUMES = 4;

  /** How many volumes there were for certain after so many calls of the device. */
  private record Made(int calls, int volumes) {}

  private RecordingDevice device;
  private RecordingVault vault;
  private EngineVolumeDriver driver;
  private final List<Made> made = new ArrayList<>(List.of(new Made(0, 0)));

  @BeforeEach
  void makeVolumes() throws Exception {
    PagedDevice empty = new PagedDevice(32L << 20);
    PoolState.format(empty, POOL);
    device = new RecordingDevice(empty);
    vault = new RecordingVault(device::calls);
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, vault);
    for (int number = 0; number < VOLUMES; number++) {
      driver.createEncrypted(name(number), 1 << 20, BLOCK);
      write(number);
      made.add(new Made(device.calls(), number + 1));
    }
  }

  @Test
  void noOtherKeyIsLostWhereAKeyIsMadeOrDestroyed() throws Exception {
    VolumeName deleted = new VolumeName("deleted");
    driver.createEncrypted(deleted, 1 << 20, BLOCK);
    driver.delete(deleted);
    EncryptedPool.awaitTrue(() -> KeyRecords.of(device, POOL).size() == VOLUMES);
    driver.close();

    assertThat(crashAnywhere()).isGreaterThan(VOLUMES);
  }

  /** The second copy of what was made first may be under way when the next is made. */
  @Test
  void norWhereTwoAreMadeBeforeACommit() throws Exception {
    driver.close();
    Pool pool = Pool.open(device, Clock.systemUTC(), 4 << 20, vault);

    List<DataKey> first = pool.keys.make(1);
    List<DataKey> second = pool.keys.make(1);

    pool.abandon();
    assertThat(second).doesNotContainAnyElementsOf(first);
    assertThat(crashAnywhere()).isGreaterThan(VOLUMES);
  }

  /** The one page that is sound is not written before the other, nor is it the next time. */
  @Test
  void norWhereTheNextOpeningIsCutShortToo() throws Exception {
    driver.close();
    Pool pool = Pool.open(device, Clock.systemUTC(), 4 << 20, vault);
    pool.keys.make(1);
    pool.abandon();
    RecordingDevice.Crashes crashes = device.crashes();
    List<Integer> pages = KeyRecords.pages(device);
    int openings = 0;
    while (crashes.advance()) {
      if (!crashes.underWay(pages).isEmpty()) {
        RecordingDevice next = new RecordingDevice(spoilt(crashes, pages));
        MemoryVault left = vault.after(crashes.at(), new Random(1));
        EngineVolumeDriver.open(next, Clock.systemUTC(), 4 << 20, left).abandon();
        RecordingDevice.Crashes again = next.crashes();
        while (again.advance()) {
          if (!again.underWay(pages).isEmpty()) {
            openings++;
            requireThere(spoilt(again, pages), left, crashes.at());
          }
        }
      }
    }
    assertThat(openings).isPositive();
  }

  private static PagedDevice spoilt(RecordingDevice.Crashes crashes, List<Integer> pages) {
    PagedDevice left = crashes.image(new Random(crashes.at()), 0.5);
    crashes
        .underWay(pages)
        .forEach(at -> left.put(at, EncryptedPool.filled(BLOCK, 0xA5), 0, BLOCK));
    return left;
  }

  /** Returns how many of the crashes found pages with records under way. */
  private int crashAnywhere() throws Exception {
    RecordingDevice.Crashes crashes = device.crashes();
    int under = 0;
    List<Integer> pages = KeyRecords.pages(device);
    while (crashes.advance()) {
      if (!crashes.underWay(pages).isEmpty()) {
        under++;
        MemoryVault after = vault.after(crashes.at(), new Random(1));
        requireThere(spoilt(crashes, pages), after, crashes.at());
      }
    }
    return under;
  }

  private void requireThere(PagedDevice left, MemoryVault keys, int crash) throws Exception {
    int certain =
        made.stream().filter(m -> m.calls <= crash).mapToInt(Made::volumes).max().orElseThrow();
    EngineVolumeDriver opened = EngineVolumeDriver.open(left, Clock.systemUTC(), 4 << 20, keys);
    for (int number = 0; number < certain; number++) {
      try (BlockDevice volume = opened.open(name(number), AccessMode.READ_ONLY)) {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        BlockingIo.read(volume, 0, block);
        assertThat(block.getInt(0)).as("%s at call %d", name(number), crash).isEqualTo(number + 1);
      }
    }
    opened.abandon();
  }

  private void write(int number) throws Exception {
    try (BlockDevice volume = driver.open(name(number), AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, number + 1);
      BlockingIo.write(volume, 0, block, Durability.DURABLE);
    }
  }

  private static VolumeName name(int number) {
    return new VolumeName("volume-" + number);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Both copies of the records of keys cannot be read while a pool is opened, or are damaged, and can
 * be later.
 */
class UnreadableKeyRecordsTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName OTHER = new VolumeName("other");
  private static final int MAGIC = 0x4C4E4B59;
  private static final int BLOCK = 4096;
  private static final int CONTENT = 42;

  private final FailingDevice device = new FailingDevice(64L << 20);
  private final MemoryVault vault = new MemoryVault();
  private EngineVolumeDriver driver;

  @BeforeEach
  void makeVolume() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    open();
    driver.createEncrypted(VOLUME, 1 << 20, BLOCK);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, CONTENT);
      BlockingIo.write(volume, 0, block, Durability.DURABLE);
    }
    driver.close();
  }

  @Test
  void theyAreLeftAsTheyAreAndTheVolumeIsThereAgainLater() throws Exception {
    List<Long> records = failRecords();

    open();
    assertThat(driver.keyTrouble().orElseThrow())
        .contains("cannot be read")
        .contains(records.get(0) + ", copy " + records.get(1));
    assertThatThrownBy(this::read).hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> driver.createEncrypted(OTHER, 1 << 20, BLOCK))
        .isInstanceOfSatisfying(
            VolumeException.class, e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.BUSY));
    driver.close();

    device.heal();
    requireVolume();
  }

  /** The medium may be repaired, or an older copy of the page be found. */
  @Test
  void soTheyAreWhereBothCopiesAreDamaged() throws Exception {
    List<Long> records = placesOfRecords();
    for (long record : records) {
      flipABit(record);
    }
    byte[] damaged = device.page((int) (records.get(0) / BLOCK)).clone();

    open();
    assertThat(driver.keyTrouble().orElseThrow())
        .contains("damaged")
        .contains(records.get(0) + ", copy " + records.get(1));
    assertThatThrownBy(this::read).hasMessageContaining("damaged");
    driver.close();
    assertThat(PoolCheck.check(device).problems().toString()).contains("record is lost");
    assertThat(PoolRepair.repair(device).fixed()).isEmpty();

    assertThat(records)
        .allSatisfy(at -> assertThat(device.page((int) (at / BLOCK))).isEqualTo(damaged));
    flipABit(records.get(0));
    requireVolume();
  }

  /** Of what follows the record's checksum. */
  private void flipABit(long record) {
    device.flip((record + 60) * Byte.SIZE);
  }

  @Test
  void soTheyAreByARepairWhileAVolumeNeedsThem() throws Exception {
    failRecords();

    PoolRepair.Outcome outcome = PoolRepair.repair(device);

    assertThat(outcome.fixed()).isEmpty();
    assertThat(outcome.report().problems().toString()).contains("record is lost");
    device.heal();
    requireVolume();
  }

  @Test
  void aRepairClearsThemWhenNoVolumeNeedsThemAnyMore() throws Exception {
    List<Long> records = failRecords();
    open();
    driver.delete(VOLUME);
    driver.close();

    assertThat(PoolRepair.repair(device).fixed()).isNotEmpty();

    assertThat(records).allMatch(at -> device.isZero((int) (at / BLOCK)));
    device.heal();
    open();
    assertThat(driver.keyTrouble()).isEmpty();
    driver.createEncrypted(OTHER, 1 << 20, BLOCK);
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  /** The key file is lost for good, and with it what the copy that is not read may have. */
  @Test
  void oneCopyThatIsNotReadKeepsNoOtherKeyFromBeingMadeOnceNoVolumeNeedsIt() throws Exception {
    long second = placesOfRecords().get(1);
    device.failReads(FailingDevice.at(second));
    MemoryVault next = new MemoryVault();
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, next);
    assertThat(driver.keyTrouble().orElseThrow()).contains("put it back");
    driver.delete(VOLUME);
    driver.close();
    AtomicBoolean isRead = new AtomicBoolean();
    device.failReads(
        (offset, length) ->
            FailingDevice.at(second).takes(offset, length) && !isRead.getAndSet(true));

    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, next);

    assertThat(isRead).isTrue();
    assertThat(driver.keyTrouble()).isEmpty();
    driver.createEncrypted(OTHER, 1 << 20, BLOCK);
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private void requireVolume() throws Exception {
    open();
    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(read()).isEqualTo(CONTENT);
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private List<Long> failRecords() {
    List<Long> records = placesOfRecords();
    device.failReads(
        (offset, length) ->
            records.stream().anyMatch(at -> FailingDevice.at(at).takes(offset, length)));
    return records;
  }

  /** Where they are: both copies. */
  private List<Long> placesOfRecords() {
    List<Long> records = new ArrayList<>();
    for (int page = 0; page < device.sizeBytes() / BLOCK; page++) {
      if (ByteBuffer.wrap(device.page(page)).getInt(0) == MAGIC) {
        records.add((long) page * BLOCK);
      }
    }
    assertThat(records).hasSize(2);
    return records;
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, vault);
  }

  private int read() throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_ONLY)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
      BlockingIo.read(volume, 0, block);
      return block.getInt(0);
    }
  }
}

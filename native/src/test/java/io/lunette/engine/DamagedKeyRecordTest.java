/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One record is damaged in both of its copies: what becomes of it, and of all other keys. */
class DamagedKeyRecordTest {

  private static final UUID POOL = new UUID(7, 7);
  private static final VolumeName LOST = new VolumeName("lost");
  private static final VolumeName NEIGHBOUR = new VolumeName("neighbour");
  private static final VolumeName LATER = new VolumeName("later");
  private static final int BLOCK = 4096;

  private final PagedDevice device = new PagedDevice(64L << 20);
  private final MemoryVault vault = new MemoryVault();
  private EngineVolumeDriver driver;

  /** The bits that are flipped: not the same ones of both copies. */
  private List<Long> flipped;

  private List<byte[]> damaged;

  @BeforeEach
  void damageTheFirstOfTwo() throws Exception {
    PoolState.format(device, POOL);
    open();
    create(LOST, 1);
    create(NEIGHBOUR, 2);
    driver.close();
    List<Integer> pages = KeyRecords.pages(device);
    assertThat(pages).hasSize(2);
    flipped = List.of(bitOf(pages.get(0), 60), bitOf(pages.get(1), 70));
    flipped.forEach(device::flip);
    damaged = damagedRecords();
    open();
  }

  @Test
  void otherKeysAreMadeAndDestroyedAndItStaysAsItIs() throws Exception {
    assertThat(driver.keyTrouble().orElseThrow()).contains("damaged");
    assertThatThrownBy(() -> read(LOST)).hasMessageContaining("damaged");

    create(LATER, 3);
    EraseReport ignored = erase(NEIGHBOUR, EraseMethod.ZERO_FILL);

    driver.close();
    assertThat(damagedRecords()).usingRecursiveComparison().isEqualTo(damaged);
    flipped.forEach(device::flip);
    assertThat(KeyRecords.of(device, POOL)).hasSize(3);
    open();
    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(read(LOST)).isEqualTo(1);
    assertThat(read(NEIGHBOUR)).isZero();
    assertThat(read(LATER)).isEqualTo(3);
    requireSound();
  }

  /** A turn would leave it behind, wrapped by what is destroyed. */
  @Test
  void anEraseByKeyIsRefusedBeforeItIsBegun() throws Exception {
    for (VolumeName name : List.of(LOST, NEIGHBOUR)) {
      assertThatThrownBy(() -> erase(name, EraseMethod.CRYPTO))
          .isInstanceOfSatisfying(
              VolumeException.class,
              e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.BUSY));
    }
    assertThat(read(NEIGHBOUR)).isEqualTo(2);
    assertThatThrownBy(() -> read(LOST)).hasMessageContaining("damaged");

    driver.close();
    assertThat(vault.epochs()).containsExactly(1L);
    assertThat(damagedRecords()).usingRecursiveComparison().isEqualTo(damaged);
  }

  @Test
  void itGoesWithTheFirstOpeningAfterTheEndOfItsVolume() throws Exception {
    EraseReport byZeroes = erase(LOST, EraseMethod.ZERO_FILL);
    driver.close();

    open();

    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(damagedRecords()).allSatisfy(record -> assertThat(record).containsOnly(new byte[1]));
    create(LATER, 3);
    EraseReport byKey = erase(NEIGHBOUR, EraseMethod.CRYPTO);
    assertThat(read(NEIGHBOUR)).isZero();
    assertThat(vault.epochs()).containsExactly(2L);
    requireSound();
  }

  private void requireSound() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private static long bitOf(int page, int at) {
    return ((long) page * BLOCK + at) * Byte.SIZE;
  }

  private List<byte[]> damagedRecords() {
    return flipped.stream()
        .map(bit -> device.page((int) (bit / Byte.SIZE / BLOCK)))
        .map(page -> Arrays.copyOf(page, KeySlot.BYTES))
        .toList();
  }

  private void create(VolumeName name, int content) throws Exception {
    driver.createEncrypted(name, 1 << 20, BLOCK);
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, content);
      BlockingIo.write(volume, 0, block, Durability.DURABLE);
    }
  }

  private int read(VolumeName name) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
      BlockingIo.read(volume, 0, block);
      return block.getInt(0);
    }
  }

  private EraseReport erase(VolumeName name, EraseMethod method) throws Exception {
    return driver
        .erase(name, new EraseRequest(method, false))
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, vault);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One record is damaged in both of its copies: what becomes of it, and of all other keys. */
class DamagedKeyRecordTest extends KeyRecordsCase {

  private static final VolumeName LOST = new VolumeName("lost");
  private static final VolumeName NEIGHBOUR = new VolumeName("neighbour");
  private static final VolumeName LATER = new VolumeName("later");

  /** The bits that are flipped: not the same ones of both copies. */
  private List<Long> flipped;

  private List<byte[]> damaged;

  @BeforeEach
  void damageTheFirstOfTwo() throws Exception {
    open();
    create(LOST, 1);
    create(NEIGHBOUR, 2);
    driver.close();
    List<Long> pages = recordPages();
    flipped = List.of((pages.get(0) + 60) * Byte.SIZE, (pages.get(1) + 70) * Byte.SIZE);
    flipped.forEach(device::flip);
    damaged = damagedRecords();
    open();
  }

  @Test
  void otherKeysAreMadeAndDestroyedAndItStaysAsItIs() throws Exception {
    assertThat(driver.keyTrouble().orElseThrow()).contains("damaged");
    assertThatThrownBy(() -> read(LOST)).hasMessageContaining("damaged");

    create(LATER, 3);
    byte[] written = RawBytes.ofFirstBlock(device, NEIGHBOUR);
    byte[] key = RawBytes.ofKey(device, NEIGHBOUR);
    EraseReport ignored = erase(NEIGHBOUR, EraseMethod.ZERO_FILL);
    requireNowhere(written);
    requireNowhere(key);

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
    byte[] written = RawBytes.ofFirstBlock(device, LOST);
    EraseReport ignored = erase(LOST, EraseMethod.ZERO_FILL);
    requireNowhere(written);
    driver.close();

    open();

    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(damagedRecords()).allSatisfy(record -> assertThat(record).containsOnly(new byte[1]));
    create(LATER, 3);
    eraseByKey(NEIGHBOUR);
    assertThat(read(NEIGHBOUR)).isZero();
    assertThat(vault.epochs()).containsExactly(2L);
    requireSound();
  }

  private void requireSound() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private List<byte[]> damagedRecords() {
    return flipped.stream().map(bit -> recordAt(bit / Byte.SIZE / BLOCK * BLOCK)).toList();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static io.lunette.engine.EncryptedPool.BLOCK;
import static io.lunette.engine.EncryptedPool.CLONE;
import static io.lunette.engine.EncryptedPool.EXTENT;
import static io.lunette.engine.EncryptedPool.IMAGE;
import static io.lunette.engine.EncryptedPool.OTHER;
import static io.lunette.engine.EncryptedPool.SECTOR;
import static io.lunette.engine.EncryptedPool.SIZE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.key.KeyVault;
import io.lunette.engine.key.MemoryVault;
import io.lunette.engine.map.PageCache;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The keys of a pool: what opens without them, and what becomes of their records. */
class VolumeKeysTest {

  private EncryptedPool pool;

  @BeforeEach
  void openPool() throws Exception {
    pool = new EncryptedPool();
  }

  @AfterEach
  void closePool() throws Exception {
    pool.close();
  }

  @Test
  void aPoolWithoutItsKeysRefusesItsEncryptedVolumesAlone() throws Exception {
    byte[] image = EncryptedPool.noise(SIZE, 9);
    pool.makeImage(image, false);
    pool.driver.clone(IMAGE, List.of(CLONE));
    pool.driver.cloneEncrypted(IMAGE, List.of(OTHER));
    byte[] written = image.clone();
    pool.change(OTHER, written, 8);

    pool.reopen(new MemoryVault());

    assertThat(pool.driver.keyTrouble().orElseThrow()).contains("key file memory is not there");
    assertThat(pool.read(CLONE)).isEqualTo(image);
    assertLocked(() -> pool.driver.open(OTHER, AccessMode.READ_ONLY));
    assertLocked(() -> pool.driver.cloneEncrypted(IMAGE, List.of(new VolumeName("third"))));
    assertLocked(() -> pool.driver.createEncrypted(new VolumeName("fourth"), SIZE, SECTOR));
    pool.reopen(pool.vault);
    assertThat(pool.driver.keyTrouble()).isEmpty();
    assertThat(pool.read(OTHER)).isEqualTo(written);
  }

  @Test
  void clonesHaveKeysIfTheirSourceHasOneOrAllNewVolumesHave() throws Exception {
    pool.makeImage(EncryptedPool.noise(SIZE, 9), false);
    pool.driver.createEncrypted(OTHER, SIZE, SECTOR);
    assertThat(pool.driver.encryptsClonesOf(IMAGE)).isFalse();
    assertThat(pool.driver.encryptsClonesOf(OTHER)).isTrue();

    pool.driver.encryptNewVolumes(true);

    assertThat(pool.driver.encryptsClonesOf(IMAGE)).isTrue();
    assertThat(pool.driver.clone(IMAGE, List.of(CLONE)).get(0).encrypted()).isTrue();
    assertThat(pool.driver.encryptsClonesOf(new VolumeName("absent"))).isFalse();
  }

  @Test
  void anotherPoolsKeysOpenNothing() throws Exception {
    pool.driver.createEncrypted(CLONE, SIZE, SECTOR);
    pool.write(CLONE, 0, EncryptedPool.filled(EXTENT, 5));
    MemoryVault foreign = new MemoryVault();
    PagedDevice elsewhere = new PagedDevice(64L << 20);
    PoolState.format(elsewhere, new UUID(8, 8));
    try (EngineVolumeDriver pool =
        EngineVolumeDriver.open(elsewhere, Clock.systemUTC(), 4 << 20, foreign)) {
      pool.createEncrypted(CLONE, SIZE, SECTOR);
    }

    pool.reopen(foreign);

    assertThat(pool.driver.keyTrouble().orElseThrow())
        .contains("epoch 1")
        .contains("another pool's");
    assertLocked(() -> pool.driver.open(CLONE, AccessMode.READ_ONLY));
    pool.reopen(pool.vault);
    assertThat(pool.read(CLONE)).startsWith(EncryptedPool.filled(EXTENT, 5));
  }

  @Test
  void aLockedVolumeCanBeDeleted() throws Exception {
    pool.driver.createEncrypted(CLONE, SIZE, SECTOR);
    pool.write(CLONE, 0, EncryptedPool.filled(EXTENT, 5));
    pool.reopen(KeyVault.none());
    assertThat(pool.driver.keyTrouble().orElseThrow()).contains("--key-file");

    pool.driver.delete(CLONE);

    EncryptedPool.awaitTrue(() -> pool.driver.space().dirtyBytes() == 0);
    assertThat(pool.driver.list()).isEmpty();
    pool.reopen(pool.vault);
  }

  @Test
  void aDamagedCopyOfAKeyIsMadeUpForByTheOther() throws Exception {
    pool.driver.createEncrypted(CLONE, SIZE, SECTOR);
    pool.write(CLONE, 0, EncryptedPool.filled(EXTENT, 5));
    pool.driver.close();
    int damaged = damageFirst("LNKY");

    assertThat(PoolCheck.check(pool.device).problems())
        .singleElement()
        .asString()
        .contains("checksum");
    pool.open(pool.vault);
    assertThat(pool.read(CLONE)).startsWith(EncryptedPool.filled(EXTENT, 5));
    assertThat(damaged).isPositive();
  }

  @Test
  void aDamagedCopyOfAKeyIsMendedByARepair() throws Exception {
    pool.driver.createEncrypted(CLONE, SIZE, SECTOR);
    pool.write(CLONE, 0, EncryptedPool.filled(EXTENT, 5));
    pool.driver.close();
    assertThat(damageFirst("LNKY")).isPositive();

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.device);

    assertThat(outcome.fixed()).singleElement().asString().contains("other copy");
    assertThat(PoolCheck.check(pool.device).problems()).isEmpty();
    pool.open(pool.vault);
    assertThat(pool.read(CLONE)).startsWith(EncryptedPool.filled(EXTENT, 5));
  }

  @Test
  void aDamagedCopyOfAKeyIsMendedThoughSomethingElseIsLost() throws Exception {
    pool.driver.createEncrypted(CLONE, SIZE, SECTOR);
    pool.driver.close();
    damageAllPagesOfVolumes();
    assertThat(damageFirst("LNKY")).isPositive();

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.device);

    assertThat(outcome.fixed()).singleElement().asString().contains("other copy");
    assertThat(outcome.report().problems())
        .noneMatch(problem -> problem.place().startsWith("key record"))
        .anyMatch(problem -> problem.place().contains(" of VOLUMES"));
    damageAllPagesOfVolumes();
    pool.open(pool.vault);
  }

  @Test
  void aKeyWhoseCopiesAreBothDamagedIsLeftAsItIs() throws Exception {
    pool.driver.createEncrypted(CLONE, SIZE, SECTOR);
    pool.driver.close();
    int one = damageFirst("LNKY");
    int other = find("LNKY", one + 1);
    damage(other);
    byte[] record = pool.device.page(one).clone();

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.device);

    assertThat(outcome.fixed()).isEmpty();
    assertThat(outcome.report().problems())
        .anyMatch(problem -> problem.what().endsWith("whose record is lost"));
    assertThat(pool.device.page(one)).isEqualTo(record);
    damage(one);
    damage(other);
    pool.open(pool.vault);
  }

  /** Else the pairs behind it would be taken for others', and written over. */
  @Test
  void anExtentOfRecordsWithoutItsSecondIsNamedAndThePoolNotOpened() throws Exception {
    pool.driver.createEncrypted(CLONE, SIZE, SECTOR);
    pool.driver.close();
    PagedDevice sound = pool.device.copy();
    forgetMapped(find("LNKY", 0) / PoolLayout.PAGES_PER_EXTENT);

    assertThat(PoolCheck.check(pool.device).problems())
        .anyMatch(
            problem ->
                problem.toString().startsWith("layer of keys at logical extent 1: the other"));
    assertThatThrownBy(() -> pool.open(pool.vault)).hasMessageContaining("records is missing");
    for (int page = 0; page < sound.sizeBytes() / PagedDevice.PAGE; page++) {
      pool.device.put((long) page * PagedDevice.PAGE, sound.page(page), 0, PagedDevice.PAGE);
    }
    pool.open(pool.vault);
  }

  /** Takes the entry off every map that names an extent. */
  private void forgetMapped(long extent) {
    for (int page = find("LNPG", 0); page >= 0; page = find("LNPG", page + 1)) {
      ByteBuffer words = ByteBuffer.wrap(pool.device.page(page).clone()).order(LITTLE_ENDIAN);
      for (int at = 64;
          words.get(15) == TreeKey.Kind.MAP.code() && at < PagedDevice.PAGE;
          at += 8) {
        if (words.getLong(at) >>> 16 == extent) {
          words.putLong(at, 0).putInt(4, 0);
          CRC32C crc = new CRC32C();
          crc.update(words.array());
          words.putInt(4, (int) crc.getValue());
          pool.device.put((long) page * PagedDevice.PAGE, words.array(), 0, PagedDevice.PAGE);
        }
      }
    }
  }

  @Test
  void aPoolWithoutKeysIsAsItAlwaysWas() throws Exception {
    pool.driver.create(CLONE, SIZE);
    pool.write(CLONE, 0, EncryptedPool.filled(EXTENT, 5));
    pool.reopen(pool.vault);

    assertThat(pool.vault.epochs()).isEmpty();
    assertThat(PoolState.read(pool.device, new PageCache(1 << 20)).superblock())
        .returns(0L, superblock -> superblock.features() & Superblock.KEYS);
  }

  @Test
  void moreKeysThanAnExtentHolds() throws Exception {
    pool.makeImage(EncryptedPool.noise(SIZE, 9), false);
    List<VolumeName> names =
        IntStream.range(0, 600).mapToObj(i -> new VolumeName("c" + i)).toList();

    pool.driver.cloneEncrypted(IMAGE, names);
    pool.write(names.get(599), 0, EncryptedPool.filled(BLOCK, 5));
    for (VolumeName name : names.subList(0, 550)) {
      pool.driver.delete(name);
    }
    pool.reopen(pool.vault);

    assertThat(pool.read(names.get(599))).startsWith(EncryptedPool.filled(BLOCK, 5));
    assertThat(pool.driver.keyTrouble()).isEmpty();
  }

  private interface Call {
    Object make() throws Exception;
  }

  /** Flips a bit in the first page that begins so; returns its number. */
  private int damageFirst(String magic) {
    int page = find(magic, 0);
    damage(page);
    return page;
  }

  /** Flips a bit in each; a second time mends them. */
  private void damageAllPagesOfVolumes() {
    for (int page = find("LNPG", 0); page >= 0; page = find("LNPG", page + 1)) {
      if (pool.device.page(page)[15] == TreeKey.Kind.VOLUMES.code()) {
        damage(page);
      }
    }
  }

  private void damage(int page) {
    pool.device.flip((long) page * PagedDevice.PAGE * 8 + 60 * 8);
  }

  /** The next page that begins so, or -1. */
  private int find(String magic, int from) {
    for (int page = from; page < pool.device.sizeBytes() / PagedDevice.PAGE; page++) {
      byte[] beginning = Arrays.copyOf(pool.device.page(page), magic.length());
      if (Arrays.equals(beginning, magic.getBytes(StandardCharsets.US_ASCII))) {
        return page;
      }
    }
    return -1;
  }

  private static void assertLocked(Call call) {
    assertThatThrownBy(call::make)
        .isInstanceOfSatisfying(
            VolumeException.class, e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.BUSY));
  }
}

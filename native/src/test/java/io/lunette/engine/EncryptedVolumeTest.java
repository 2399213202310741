/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static io.lunette.engine.EncryptedPool.BLOCK;
import static io.lunette.engine.EncryptedPool.CLONE;
import static io.lunette.engine.EncryptedPool.EXTENT;
import static io.lunette.engine.EncryptedPool.IMAGE;
import static io.lunette.engine.EncryptedPool.OTHER;
import static io.lunette.engine.EncryptedPool.SECTOR;
import static io.lunette.engine.EncryptedPool.SIZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.map.PageCache;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Volumes with keys: what they read, and what lies on the device. */
class EncryptedVolumeTest {

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
  void aCloneWithAKeyReadsItsOwnWritesAndAPlainImageElsewhere() throws Exception {
    byte[] image = EncryptedPool.noise(SIZE, 9);
    pool.makeImage(image, false);
    pool.driver.cloneEncrypted(IMAGE, List.of(CLONE));
    byte[] expected = image.clone();

    pool.change(CLONE, expected, 3);

    assertThat(pool.read(CLONE)).isEqualTo(expected);
    assertThat(pool.read(IMAGE)).isEqualTo(image);
    assertThat(pool.driver.find(CLONE).orElseThrow().encrypted()).isTrue();
    assertThat(pool.driver.find(IMAGE).orElseThrow().encrypted()).isFalse();
    pool.reopen(pool.vault);
    assertThat(pool.read(CLONE)).isEqualTo(expected);
  }

  @Test
  void aCloneOfAnEncryptedImageHasAKeyOfItsOwn() throws Exception {
    byte[] image = EncryptedPool.noise(SIZE, 9);
    pool.makeImage(image, true);
    pool.driver.clone(IMAGE, List.of(CLONE, OTHER));
    byte[] expected = image.clone();
    pool.change(CLONE, expected, 4);

    assertThat(pool.read(CLONE)).isEqualTo(expected);
    assertThat(pool.read(OTHER)).isEqualTo(image);
    assertThat(pool.driver.find(OTHER).orElseThrow().encrypted()).isTrue();
    pool.reopen(pool.vault);
    assertThat(pool.read(CLONE)).isEqualTo(expected);
  }

  @Test
  void nothingThatIsWrittenLiesOnTheDeviceAsItIs() throws Exception {
    byte[] mark = EncryptedPool.noise(SECTOR, 77);
    pool.driver.createEncrypted(CLONE, SIZE, SECTOR);
    try (BlockDevice volume = pool.driver.open(CLONE, AccessMode.READ_WRITE)) {
      for (int at = 0; at < SIZE; at += 5 * SECTOR) {
        Durability durability = at % 2 == 0 ? Durability.DURABLE : Durability.VISIBLE;
        BlockingIo.write(volume, at, EncryptedPool.direct(mark), durability);
        BlockingIo.write(volume, at, EncryptedPool.direct(mark), durability);
      }
      BlockingIo.writeAtomic(volume, 3 * EXTENT - BLOCK, repeated(mark, 32), Durability.VISIBLE);
      assertThat(EncryptedPool.bytes(volume, 0, SECTOR)).isEqualTo(mark);
    }

    assertThat(sectorsOfTheDevice(mark)).isZero();
  }

  @Test
  void equalBlocksAreDifferentOnTheDevice() throws Exception {
    pool.driver.createEncrypted(CLONE, SIZE, SECTOR);
    pool.write(CLONE, 0, new byte[EXTENT]);
    pool.write(CLONE, EXTENT, EncryptedPool.filled(EXTENT, 1));

    byte[] enciphered = new byte[SECTOR];
    pool.device.read(extentOf(CLONE, 1) * EXTENT, ByteBuffer.wrap(enciphered));
    assertThat(sectorsOfTheDevice(enciphered)).isEqualTo(1);
    assertThat(sectorsOfTheDevice(EncryptedPool.filled(SECTOR, 1))).isZero();
  }

  @Test
  void snapshotsRollBacksAndMergesKeepTheContent() throws Exception {
    pool.driver.createEncrypted(CLONE, SIZE, SECTOR);
    byte[] first = new byte[SIZE];
    pool.change(CLONE, first, 5);
    pool.driver.snapshot(CLONE, OTHER);
    byte[] second = first.clone();
    pool.change(CLONE, second, 6);
    assertThat(pool.read(OTHER)).isEqualTo(first);

    pool.driver.rollback(CLONE, OTHER);
    assertThat(pool.read(CLONE)).isEqualTo(first);
    byte[] third = first.clone();
    pool.change(CLONE, third, 7);
    pool.driver.delete(OTHER);

    EncryptedPool.awaitTrue(() -> pool.driver.chainLength(CLONE) == 1);
    assertThat(pool.read(CLONE)).isEqualTo(third);
    pool.reopen(pool.vault);
    assertThat(pool.read(CLONE)).isEqualTo(third);
  }

  @Test
  void anIndependentCloneIsEncipheredAnew() throws Exception {
    byte[] image = EncryptedPool.noise(SIZE, 9);
    pool.makeImage(image, true);

    pool.driver.copy(IMAGE, CLONE).result().toCompletableFuture().get(1, TimeUnit.MINUTES);
    pool.driver.copyEncrypted(IMAGE, OTHER).result().toCompletableFuture().get(1, TimeUnit.MINUTES);
    pool.driver.delete(IMAGE);

    assertThat(pool.read(CLONE)).isEqualTo(image);
    assertThat(pool.read(OTHER)).isEqualTo(image);
    assertThat(pool.driver.find(CLONE).orElseThrow().encrypted()).isTrue();
    assertThat(sectorsOfTheDevice(Arrays.copyOf(image, SECTOR))).isZero();
  }

  @Test
  void whatAShrinkCutOffIsZeroesWhenTheVolumeGrowsAgain() throws Exception {
    pool.driver.createEncrypted(CLONE, 2 * EXTENT, SECTOR);
    pool.write(CLONE, 0, EncryptedPool.filled(2 * EXTENT, 5));

    pool.driver.resize(CLONE, 3 * BLOCK);
    pool.driver.resize(CLONE, 2 * EXTENT);

    byte[] expected = new byte[2 * EXTENT];
    Arrays.fill(expected, 0, 3 * BLOCK, (byte) 5);
    assertThat(pool.read(CLONE)).isEqualTo(expected);
  }

  @Test
  void askingForAKeyWhereThereIsAVolumeWithoutIsAConflict() throws Exception {
    pool.driver.create(CLONE, SIZE);

    assertThatThrownBy(() -> pool.driver.createEncrypted(CLONE, SIZE, SECTOR))
        .isInstanceOfSatisfying(
            VolumeException.class,
            e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.CONFLICT));
    assertThat(pool.driver.create(CLONE, SIZE).encrypted()).isFalse();
  }

  @Test
  void aPoolThatEncryptsAllGivesEveryNewVolumeAKey() throws Exception {
    pool.driver.create(OTHER, SIZE);
    pool.driver.encryptNewVolumes(true);

    assertThat(pool.driver.create(CLONE, SIZE).encrypted()).isTrue();
    assertThat(pool.driver.create(OTHER, SIZE).encrypted()).isFalse();
  }

  private long extentOf(VolumeName name, long logical) throws Exception {
    pool.driver.close();
    Metadata metadata = PoolState.read(pool.device, new PageCache(1 << 20)).metadata();
    long entry = metadata.chains.volume(name.value()).top.map.get(logical);
    pool.open(pool.vault);
    return MapEntry.extent(entry);
  }

  private int sectorsOfTheDevice(byte[] content) {
    int found = 0;
    for (int page = 0; page < pool.device.sizeBytes() / PagedDevice.PAGE; page++) {
      byte[] bytes = pool.device.page(page);
      for (int at = 0; at < PagedDevice.PAGE; at += SECTOR) {
        found += Arrays.equals(bytes, at, at + SECTOR, content, 0, SECTOR) ? 1 : 0;
      }
    }
    return found;
  }

  private static ByteBuffer repeated(byte[] content, int times) {
    ByteBuffer all = ByteBuffer.allocateDirect(content.length * times);
    while (all.hasRemaining()) {
      all.put(content);
    }
    return all.flip();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.key.KeyVault;
import io.lunette.engine.key.MemoryVault;
import io.lunette.engine.map.PageCache;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Volumes with keys: what they read, what lies on the device, and what opens without their keys.
 */
class EncryptedVolumeTest {

  private static final int EXTENT = 64 * 1024;
  private static final int BLOCK = 4096;
  private static final int SECTOR = 512;
  private static final int SIZE = 6 * EXTENT;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName CLONE = new VolumeName("clone");
  private static final VolumeName OTHER = new VolumeName("other");

  private final PagedDevice device = new PagedDevice(64L << 20);
  private final MemoryVault vault = new MemoryVault();
  private EngineVolumeDriver driver;

  @BeforeEach
  void openPool() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    open(vault);
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private void open(KeyVault keys) throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, keys);
  }

  private void reopen(KeyVault keys) throws Exception {
    driver.close();
    open(keys);
  }

  @Test
  void aCloneWithAKeyReadsItsOwnWritesAndAPlainImageElsewhere() throws Exception {
    byte[] image = noise(SIZE, 9);
    makeImage(image, false);
    driver.cloneEncrypted(IMAGE, List.of(CLONE));
    byte[] expected = image.clone();

    change(CLONE, expected, 3);

    assertThat(read(CLONE)).isEqualTo(expected);
    assertThat(read(IMAGE)).isEqualTo(image);
    assertThat(driver.find(CLONE).orElseThrow().encrypted()).isTrue();
    assertThat(driver.find(IMAGE).orElseThrow().encrypted()).isFalse();
    reopen(vault);
    assertThat(read(CLONE)).isEqualTo(expected);
  }

  @Test
  void aCloneOfAnEncryptedImageHasAKeyOfItsOwn() throws Exception {
    byte[] image = noise(SIZE, 9);
    makeImage(image, true);
    driver.clone(IMAGE, List.of(CLONE, OTHER));
    byte[] expected = image.clone();
    change(CLONE, expected, 4);

    assertThat(read(CLONE)).isEqualTo(expected);
    assertThat(read(OTHER)).isEqualTo(image);
    assertThat(driver.find(OTHER).orElseThrow().encrypted()).isTrue();
    reopen(vault);
    assertThat(read(CLONE)).isEqualTo(expected);
  }

  @Test
  void nothingThatIsWrittenLiesOnTheDeviceAsItIs() throws Exception {
    byte[] mark = noise(SECTOR, 77);
    driver.createEncrypted(CLONE, SIZE, SECTOR);
    try (BlockDevice volume = driver.open(CLONE, AccessMode.READ_WRITE)) {
      for (int at = 0; at < SIZE; at += 5 * SECTOR) {
        Durability durability = at % 2 == 0 ? Durability.DURABLE : Durability.VISIBLE;
        BlockingIo.write(volume, at, direct(mark), durability);
        BlockingIo.write(volume, at, direct(mark), durability);
      }
      BlockingIo.writeAtomic(volume, 3 * EXTENT - BLOCK, repeated(mark, 32), Durability.VISIBLE);
      assertThat(bytes(volume, 0, SECTOR)).isEqualTo(mark);
    }

    assertThat(sectorsOfTheDevice(mark)).isZero();
  }

  @Test
  void equalBlocksAreDifferentOnTheDevice() throws Exception {
    driver.createEncrypted(CLONE, SIZE, SECTOR);
    write(CLONE, 0, new byte[EXTENT]);
    write(CLONE, EXTENT, filled(EXTENT, 1));

    byte[] enciphered = new byte[SECTOR];
    device.read(extentOf(CLONE, 1) * EXTENT, ByteBuffer.wrap(enciphered));
    assertThat(sectorsOfTheDevice(enciphered)).isEqualTo(1);
    assertThat(sectorsOfTheDevice(filled(SECTOR, 1))).isZero();
  }

  @Test
  void snapshotsRollBacksAndMergesKeepTheContent() throws Exception {
    driver.createEncrypted(CLONE, SIZE, SECTOR);
    byte[] first = new byte[SIZE];
    change(CLONE, first, 5);
    driver.snapshot(CLONE, OTHER);
    byte[] second = first.clone();
    change(CLONE, second, 6);
    assertThat(read(OTHER)).isEqualTo(first);

    driver.rollback(CLONE, OTHER);
    assertThat(read(CLONE)).isEqualTo(first);
    byte[] third = first.clone();
    change(CLONE, third, 7);
    driver.delete(OTHER);

    awaitTrue(() -> driver.chainLength(CLONE) == 1);
    assertThat(read(CLONE)).isEqualTo(third);
    reopen(vault);
    assertThat(read(CLONE)).isEqualTo(third);
  }

  @Test
  void anIndependentCloneIsEncipheredAnew() throws Exception {
    byte[] image = noise(SIZE, 9);
    makeImage(image, true);

    driver.copy(IMAGE, CLONE).result().toCompletableFuture().get(20, TimeUnit.SECONDS);
    driver.copyEncrypted(IMAGE, OTHER).result().toCompletableFuture().get(20, TimeUnit.SECONDS);
    driver.delete(IMAGE);

    assertThat(read(CLONE)).isEqualTo(image);
    assertThat(read(OTHER)).isEqualTo(image);
    assertThat(driver.find(CLONE).orElseThrow().encrypted()).isTrue();
    assertThat(sectorsOfTheDevice(Arrays.copyOf(image, SECTOR))).isZero();
  }

  @Test
  void whatAShrinkCutOffIsZeroesWhenTheVolumeGrowsAgain() throws Exception {
    driver.createEncrypted(CLONE, 2 * EXTENT, SECTOR);
    write(CLONE, 0, filled(2 * EXTENT, 5));

    driver.resize(CLONE, 3 * BLOCK);
    driver.resize(CLONE, 2 * EXTENT);

    byte[] expected = new byte[2 * EXTENT];
    Arrays.fill(expected, 0, 3 * BLOCK, (byte) 5);
    assertThat(read(CLONE)).isEqualTo(expected);
  }

  @Test
  void aPoolWithoutItsKeysRefusesItsEncryptedVolumesAlone() throws Exception {
    byte[] image = noise(SIZE, 9);
    makeImage(image, false);
    driver.clone(IMAGE, List.of(CLONE));
    driver.cloneEncrypted(IMAGE, List.of(OTHER));
    byte[] written = image.clone();
    change(OTHER, written, 8);

    reopen(new MemoryVault());

    assertThat(driver.keyTrouble().orElseThrow()).contains("key file memory is not there");
    assertThat(read(CLONE)).isEqualTo(image);
    assertLocked(() -> driver.open(OTHER, AccessMode.READ_ONLY));
    assertLocked(() -> driver.cloneEncrypted(IMAGE, List.of(new VolumeName("third"))));
    assertLocked(() -> driver.createEncrypted(new VolumeName("fourth"), SIZE, SECTOR));
    reopen(vault);
    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(read(OTHER)).isEqualTo(written);
  }

  @Test
  void anotherPoolsKeysOpenNothing() throws Exception {
    driver.createEncrypted(CLONE, SIZE, SECTOR);
    write(CLONE, 0, filled(EXTENT, 5));
    MemoryVault foreign = new MemoryVault();
    PagedDevice elsewhere = new PagedDevice(64L << 20);
    PoolState.format(elsewhere, new UUID(8, 8));
    try (EngineVolumeDriver pool =
        EngineVolumeDriver.open(elsewhere, Clock.systemUTC(), 4 << 20, foreign)) {
      pool.createEncrypted(CLONE, SIZE, SECTOR);
    }

    reopen(foreign);

    assertThat(driver.keyTrouble().orElseThrow()).contains("epoch 1").contains("another pool's");
    assertLocked(() -> driver.open(CLONE, AccessMode.READ_ONLY));
    reopen(vault);
    assertThat(read(CLONE)).startsWith(filled(EXTENT, 5));
  }

  @Test
  void aLockedVolumeCanBeDeleted() throws Exception {
    driver.createEncrypted(CLONE, SIZE, SECTOR);
    write(CLONE, 0, filled(EXTENT, 5));
    reopen(KeyVault.none());
    assertThat(driver.keyTrouble().orElseThrow()).contains("--key-file");

    driver.delete(CLONE);

    awaitTrue(() -> driver.space().dirtyBytes() == 0);
    assertThat(driver.list()).isEmpty();
    reopen(vault);
  }

  @Test
  void aDamagedCopyOfAKeyIsMadeUpForByTheOther() throws Exception {
    driver.createEncrypted(CLONE, SIZE, SECTOR);
    write(CLONE, 0, filled(EXTENT, 5));
    driver.close();
    int damaged = damageFirst("LNKY");

    assertThat(PoolCheck.check(device).problems()).singleElement().asString().contains("checksum");
    open(vault);
    assertThat(read(CLONE)).startsWith(filled(EXTENT, 5));
    assertThat(damaged).isPositive();
  }

  @Test
  void aDamagedCopyOfAKeyIsMendedByARepair() throws Exception {
    driver.createEncrypted(CLONE, SIZE, SECTOR);
    write(CLONE, 0, filled(EXTENT, 5));
    driver.close();
    assertThat(damageFirst("LNKY")).isPositive();

    PoolRepair.Outcome outcome = PoolRepair.repair(device);

    assertThat(outcome.fixed()).singleElement().asString().contains("other copy");
    assertThat(PoolCheck.check(device).problems()).isEmpty();
    open(vault);
    assertThat(read(CLONE)).startsWith(filled(EXTENT, 5));
  }

  @Test
  void aPoolWithoutKeysIsAsItAlwaysWas() throws Exception {
    driver.create(CLONE, SIZE);
    write(CLONE, 0, filled(EXTENT, 5));
    reopen(vault);

    assertThat(vault.epochs()).isEmpty();
    assertThat(PoolState.read(device, new PageCache(1 << 20)).superblock())
        .returns(0L, Superblock::features);
  }

  @Test
  void askingForAKeyWhereThereIsAVolumeWithoutIsAConflict() throws Exception {
    driver.create(CLONE, SIZE);

    assertThatThrownBy(() -> driver.createEncrypted(CLONE, SIZE, SECTOR))
        .isInstanceOfSatisfying(
            VolumeException.class,
            e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.CONFLICT));
    assertThat(driver.create(CLONE, SIZE).encrypted()).isFalse();
  }

  @Test
  void aPoolThatEncryptsAllGivesEveryNewVolumeAKey() throws Exception {
    driver.create(OTHER, SIZE);
    driver.encryptNewVolumes(true);

    assertThat(driver.create(CLONE, SIZE).encrypted()).isTrue();
    assertThat(driver.create(OTHER, SIZE).encrypted()).isFalse();
  }

  @Test
  void moreKeysThanAnExtentHolds() throws Exception {
    makeImage(noise(SIZE, 9), false);
    List<VolumeName> names =
        IntStream.range(0, 600).mapToObj(i -> new VolumeName("c" + i)).toList();

    driver.cloneEncrypted(IMAGE, names);
    write(names.get(599), 0, filled(BLOCK, 5));
    for (VolumeName name : names.subList(0, 550)) {
      driver.delete(name);
    }
    reopen(vault);

    assertThat(read(names.get(599))).startsWith(filled(BLOCK, 5));
    assertThat(driver.keyTrouble()).isEmpty();
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void awaitTrue(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private interface Call {
    Object make() throws Exception;
  }

  private static void assertLocked(Call call) {
    assertThatThrownBy(call::make)
        .isInstanceOfSatisfying(
            VolumeException.class, e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.BUSY));
  }

  private void makeImage(byte[] content, boolean encrypted) throws Exception {
    if (encrypted) {
      driver.createEncrypted(IMAGE, content.length, SECTOR);
    } else {
      driver.create(IMAGE, content.length);
    }
    write(IMAGE, 0, content);
    driver.seal(IMAGE);
  }

  /** Random writes, discards and zeroes, which {@code expected} follows. */
  private void change(VolumeName name, byte[] expected, int seed) throws Exception {
    Random random = new Random(seed);
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      for (int step = 1; step <= 300; step++) {
        int from = random.nextInt(SIZE / SECTOR) * SECTOR;
        int length = Math.min(SIZE - from, (1 + random.nextInt(150)) * SECTOR);
        byte[] written = new byte[length];
        int kind = random.nextInt(4);
        if (kind < 2) {
          random.nextBytes(written);
          Durability durability = kind == 0 ? Durability.DURABLE : Durability.VISIBLE;
          ByteBuffer source = direct(written);
          if (step % 5 == 0) {
            BlockingIo.writeAtomic(volume, from, source, durability);
          } else {
            BlockingIo.write(volume, from, source, durability);
          }
          assertThat(source.rewind()).as("the caller's buffer").isEqualTo(direct(written));
        } else if (kind == 2) {
          BlockingIo.discard(volume, from, length);
        } else {
          BlockingIo.writeZeroes(volume, from, length, Provisioning.KEEP, Durability.VISIBLE);
        }
        System.arraycopy(written, 0, expected, from, length);
        assertThat(bytes(volume, from, length)).isEqualTo(written);
      }
    }
  }

  private long extentOf(VolumeName name, long logical) throws Exception {
    driver.close();
    Metadata metadata = PoolState.read(device, new PageCache(1 << 20)).metadata();
    long entry = metadata.volume(name.value()).top.map.get(logical);
    open(vault);
    return MapEntry.extent(entry);
  }

  private int sectorsOfTheDevice(byte[] content) {
    int found = 0;
    for (int page = 0; page < device.sizeBytes() / PagedDevice.PAGE; page++) {
      byte[] bytes = device.page(page);
      for (int at = 0; at < PagedDevice.PAGE; at += SECTOR) {
        found += Arrays.equals(bytes, at, at + SECTOR, content, 0, SECTOR) ? 1 : 0;
      }
    }
    return found;
  }

  /** Flips a bit in the first page that begins so; returns its number. */
  private int damageFirst(String magic) {
    for (int page = 0; page < device.sizeBytes() / PagedDevice.PAGE; page++) {
      byte[] beginning = Arrays.copyOf(device.page(page), magic.length());
      if (Arrays.equals(beginning, magic.getBytes(StandardCharsets.US_ASCII))) {
        device.flip((long) page * PagedDevice.PAGE * 8 + 60 * 8);
        return page;
      }
    }
    return -1;
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[] noise(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static ByteBuffer direct(byte[] content) {
    return ByteBuffer.allocateDirect(content.length).put(content).flip();
  }

  private static ByteBuffer repeated(byte[] content, int times) {
    ByteBuffer all = ByteBuffer.allocateDirect(content.length * times);
    while (all.hasRemaining()) {
      all.put(content);
    }
    return all.flip();
  }

  private void write(VolumeName name, long offset, byte[] content) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      BlockingIo.write(volume, offset, direct(content), Durability.VISIBLE);
    }
  }

  private byte[] read(VolumeName name) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      return bytes(volume, 0, (int) driver.find(name).orElseThrow().sizeBytes());
    }
  }

  private static byte[] bytes(BlockDevice volume, long offset, int length) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocateDirect(length);
    BlockingIo.read(volume, offset, buffer);
    byte[] content = new byte[length];
    buffer.get(0, content);
    return content;
  }
}

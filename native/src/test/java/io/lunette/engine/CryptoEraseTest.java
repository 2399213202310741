/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.key.KeyVault;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.ArrayList;
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

/** What is left when a key is destroyed: of the volume, of the key, and of all the others. */
class CryptoEraseTest {

  private static final int EXTENT = 64 * 1024;
  private static final int SIZE = 6 * EXTENT;
  private static final int PAGES_PER_EXTENT = EXTENT / PagedDevice.PAGE;
  private static final UUID POOL = new UUID(7, 7);
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName CLONE = new VolumeName("clone");
  private static final VolumeName OTHER = new VolumeName("other");

  private final PagedDevice device = new PagedDevice(64L << 20);
  private final MemoryVault vault = new MemoryVault();
  private final byte[] image = noise(SIZE, 9);
  private final byte[] tenant = noise(2 * EXTENT, 10);
  private EngineVolumeDriver driver;

  @BeforeEach
  void makeClones() throws Exception {
    PoolState.format(device, POOL);
    open(vault);
    driver.createEncrypted(IMAGE, SIZE, 512);
    write(IMAGE, image);
    driver.seal(IMAGE);
    driver.clone(IMAGE, List.of(CLONE, OTHER));
    write(CLONE, tenant);
    write(OTHER, tenant);
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private void open(KeyVault keys) throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, keys);
  }

  @Test
  void anEraseByKeyDestroysTheRecordOfTheKeyAndNoOther() throws Exception {
    List<KeySlot> before = records();

    EraseReport report = erase(CLONE, false);

    assertThat(report.claim()).isEqualTo(EraseClaim.KEY_DESTROYED);
    List<KeySlot> after = records();
    String destroyed = report.key().orElseThrow();
    assertThat(ids(before)).contains(destroyed);
    assertThat(ids(after)).hasSameSizeAs(ids(before)).doesNotContain(destroyed);
    assertThat(read(CLONE)).isEqualTo(image);
    assertThat(read(OTHER)).startsWith(tenant);
  }

  @Test
  void theEpochIsTurnedSoThatNoCopyOfTheRecordOpens() throws Exception {
    List<KeySlot> before = records();
    MemoryVault old = vault.copy();

    EraseReport ignored = erase(CLONE, false);

    assertThat(vault.epochs()).containsExactly(2L);
    assertThat(records()).extracting(KeySlot::epoch).containsOnly(2L);
    KeySlot copy = before.get(0);
    assertThat(old.load(POOL).get(0).unwrap(copy.id(), copy.wrapped())).hasSize(64);
    assertThatThrownBy(() -> vault.load(POOL).get(0).unwrap(copy.id(), copy.wrapped()))
        .isInstanceOf(GeneralSecurityException.class);
  }

  @Test
  void erasesThatWaitTogetherTurnTheEpochOnce() throws Exception {
    VolumeName first = new VolumeName("first");
    List<VolumeName> clones =
        IntStream.range(0, 20).mapToObj(i -> new VolumeName("clone-" + i)).toList();
    driver.close();
    HeldDevice held = new HeldDevice(device);
    driver = EngineVolumeDriver.open(held, Clock.systemUTC(), 4 << 20, vault);
    driver.create(first, SIZE);
    write(first, tenant);
    driver.clone(IMAGE, clones);
    for (VolumeName clone : clones) {
      write(clone, tenant);
    }
    held.holdLargeWrites();
    List<Job<EraseReport>> jobs = new ArrayList<>();
    jobs.add(driver.erase(first, EraseRequest.zeroFillVerified()));
    for (VolumeName clone : clones) {
      jobs.add(driver.erase(clone, new EraseRequest(EraseMethod.CRYPTO, false)));
    }

    held.releaseLargeWrites();

    for (Job<EraseReport> job : jobs.subList(1, jobs.size())) {
      EraseReport report = job.result().toCompletableFuture().get(1, TimeUnit.MINUTES);
      assertThat(ids(records())).doesNotContain(report.key().orElseThrow());
    }
    assertThat(vault.epochs()).containsExactly(2L);
    assertThat(read(clones.get(19))).isEqualTo(image);
  }

  @Test
  void anOldCopyOfTheKeyFileIsToldApart() throws Exception {
    MemoryVault old = vault.copy();
    EraseReport ignored = erase(CLONE, false);
    driver.close();

    open(old);

    assertThat(driver.keyTrouble().orElseThrow()).contains("epoch 2").contains("old copy");
    driver.close();
    open(vault);
    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(read(OTHER)).startsWith(tenant);
  }

  @Test
  void aVerifiedEraseByKeyHasAlsoOverwrittenTheExtents() throws Exception {
    PagedDevice before = device.copy();
    write(CLONE, noise(2 * EXTENT, 11));
    List<Integer> extents = extentsThatDifferFrom(before);
    assertThat(extents).hasSize(2);
    byte[] enciphered = Arrays.copyOf(device.page(extents.get(0) * PAGES_PER_EXTENT), 512);
    assertThat(RawBytes.occurrences(device, enciphered)).isEqualTo(1);

    EraseReport report = erase(CLONE, true);

    assertThat(report.verifiedBytes()).isEqualTo(report.erasedBytes()).isEqualTo(2L * EXTENT);
    assertThat(driver.space().dirtyBytes()).isZero();
    assertThat(RawBytes.occurrences(device, enciphered)).isZero();
    for (int extent : extents) {
      int page = extent * PAGES_PER_EXTENT;
      assertThat(IntStream.range(page, page + PAGES_PER_EXTENT)).allMatch(device::isZero);
    }
  }

  /** Those that differ in every page, as metadata does not. */
  private List<Integer> extentsThatDifferFrom(PagedDevice before) {
    List<Integer> extents = new ArrayList<>();
    for (int extent = 0; extent < device.sizeBytes() / EXTENT; extent++) {
      int page = extent * PAGES_PER_EXTENT;
      boolean differs =
          IntStream.range(page, page + PAGES_PER_EXTENT)
              .noneMatch(at -> Arrays.equals(before.page(at), device.page(at)));
      if (differs) {
        extents.add(extent);
      }
    }
    return extents;
  }

  @Test
  void whateverMethodErasesAnEncryptedVolumeItsKeyGoesToo() throws Exception {
    List<String> before = ids(records());

    EraseReport ignored =
        driver
            .erase(CLONE, EraseRequest.zeroFillVerified())
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);

    List<String> after = ids(records());
    assertThat(after).hasSameSizeAs(before);
    assertThat(before).filteredOn(id -> !after.contains(id)).hasSize(1);
  }

  @Test
  void aDeletedVolumesKeyIsErased() throws Exception {
    int before = records().size();

    driver.delete(CLONE);
    driver.delete(OTHER);
    while (driver.space().dirtyBytes() > 0) {
      LockSupport.parkNanos(1_000_000);
    }

    assertThat(records()).hasSize(before - 2);
  }

  @Test
  void aVolumeWithoutAKeyCannotBeErasedByIt() throws Exception {
    VolumeName plain = new VolumeName("plain");
    driver.create(plain, SIZE);

    assertThatThrownBy(() -> driver.erase(plain, new EraseRequest(EraseMethod.CRYPTO, true)))
        .isInstanceOfSatisfying(
            VolumeException.class,
            e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.UNSUPPORTED));
    assertThat(driver.find(plain).orElseThrow().state()).isEqualTo(VolumeState.WRITABLE);
  }

  @Test
  void aVolumeInUseReadsAsZeroesAfterItsKeyIsDestroyed() throws Exception {
    List<String> before = ids(records());
    try (BlockDevice volume = driver.open(CLONE, AccessMode.READ_WRITE)) {
      assertThat(volume.features().cryptoErases()).isTrue();

      BlockingIo.await(volume::cryptoErase);

      assertThat(bytes(volume)).containsOnly(0);
      BlockingIo.write(volume, EXTENT, direct(tenant), Durability.VISIBLE);
      assertThat(Arrays.copyOfRange(bytes(volume), EXTENT, 3 * EXTENT)).isEqualTo(tenant);
    }

    assertThat(vault.epochs()).containsExactly(2L);
    List<String> after = ids(records());
    assertThat(before).filteredOn(id -> !after.contains(id)).hasSize(1);
    assertThat(read(IMAGE)).isEqualTo(image);
    assertThat(read(OTHER)).startsWith(tenant);
    driver.close();
    open(vault);
    assertThat(Arrays.copyOf(read(CLONE), EXTENT)).containsOnly(0);
  }

  /** The image is hidden, not lost: the next erase shows it again. */
  @Test
  void anEraseAfterASanitizeSetsACloneBackToItsImage() throws Exception {
    try (BlockDevice volume = driver.open(CLONE, AccessMode.READ_WRITE)) {
      BlockingIo.await(volume::cryptoErase);
    }
    assertThat(driver.find(CLONE).orElseThrow().origin()).contains(IMAGE);

    EraseReport ignored = erase(CLONE, true);

    assertThat(read(CLONE)).isEqualTo(image);
  }

  @Test
  void whatIsHiddenStaysHiddenUnderASnapshotThatIsMergedAway() throws Exception {
    try (BlockDevice volume = driver.open(CLONE, AccessMode.READ_WRITE)) {
      BlockingIo.await(volume::cryptoErase);
      BlockingIo.write(volume, 0, direct(tenant), Durability.VISIBLE);
    }
    VolumeName snapshot = new VolumeName("snapshot");
    driver.snapshot(CLONE, snapshot);
    write(CLONE, noise(EXTENT, 11));
    driver.delete(snapshot);
    while (driver.chainLength(CLONE) > 2) {
      LockSupport.parkNanos(1_000_000);
    }

    byte[] expected = new byte[SIZE];
    System.arraycopy(tenant, 0, expected, 0, tenant.length);
    System.arraycopy(noise(EXTENT, 11), 0, expected, 0, EXTENT);
    assertThat(read(CLONE)).isEqualTo(expected);
    driver.close();
    open(vault);
    assertThat(read(CLONE)).isEqualTo(expected);
  }

  @Test
  void aKeyThatASnapshotNeedsIsNotDestroyed() throws Exception {
    driver.snapshot(CLONE, new VolumeName("snapshot"));
    try (BlockDevice volume = driver.open(CLONE, AccessMode.READ_WRITE)) {
      assertThatThrownBy(() -> BlockingIo.await(volume::cryptoErase))
          .isInstanceOfSatisfying(
              BlockException.class,
              e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.UNSUPPORTED));

      assertThat(bytes(volume)).startsWith(tenant);
    }
    assertThat(records()).hasSize(3);
  }

  @Test
  void whereTheVaultFailsNoSuccessIsClaimed() throws Exception {
    try (BlockDevice volume = driver.open(CLONE, AccessMode.READ_WRITE)) {
      vault.setFailing(true);
      assertThatThrownBy(() -> BlockingIo.await(volume::cryptoErase))
          .isInstanceOf(BlockException.class)
          .hasMessageContaining("out of order");

      vault.setFailing(false);
      BlockingIo.await(volume::cryptoErase);
    }
    assertThat(vault.epochs()).containsExactly(2L);
  }

  /** Other records were wrapped by the key that is left of that turn. */
  @Test
  void afterATurnThatGotHalfWayTheNextEraseBeginsAnEpochAllTheSame() throws Exception {
    vault.failAfter(1);
    assertThatThrownBy(() -> erase(CLONE, false)).hasMessageContaining("out of order");
    vault.setFailing(false);
    List<KeySlot> before = records();

    EraseReport report = erase(OTHER, false);

    String destroyed = report.key().orElseThrow();
    KeySlot copy =
        before.stream()
            .filter(record -> Long.toHexString(record.id()).equals(destroyed))
            .findFirst()
            .orElseThrow();
    assertThat(vault.load(POOL))
        .isNotEmpty()
        .allSatisfy(
            key ->
                assertThatThrownBy(() -> key.unwrap(copy.id(), copy.wrapped()))
                    .isInstanceOf(GeneralSecurityException.class));
    assertThat(read(IMAGE)).isEqualTo(image);
  }

  @Test
  void readsGoOnWhileTheKeyIsDestroyed() throws Exception {
    try (BlockDevice volume = driver.open(CLONE, AccessMode.READ_WRITE)) {
      List<byte[]> seen = new ArrayList<>();
      Thread reader =
          new Thread(
              () -> {
                for (int i = 0; i < 300; i++) {
                  try {
                    seen.add(bytes(volume));
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                }
              });
      reader.start();
      for (int i = 0; i < 5; i++) {
        BlockingIo.await(volume::cryptoErase);
      }
      reader.join();

      assertThat(seen).hasSize(300);
      byte[] written = image.clone();
      System.arraycopy(tenant, 0, written, 0, tenant.length);
      byte[] zeroes = new byte[SIZE];
      assertThat(seen).allMatch(bytes -> isMixOf(bytes, written, zeroes));
    }
  }

  /** As many as there are threads for reads, while a read waits for one. */
  @Test
  void manyAtOnceLeaveReadsThatTheyWaitForTheirThreads() throws Exception {
    driver.close();
    HeldDevice held = new HeldDevice(device);
    driver = EngineVolumeDriver.open(held, Clock.systemUTC(), 4 << 20, vault);
    try (BlockDevice volume = driver.open(CLONE, AccessMode.READ_WRITE)) {
      List<IoEnd> endings = new ArrayList<>();
      held.holdReadsBy("lunette-io");
      read(volume, Pool.IO_THREADS, endings);
      for (int i = 0; i < Pool.IO_THREADS; i++) {
        IoEnd erased = new IoEnd();
        endings.add(erased);
        volume.cryptoErase(erased);
      }
      read(volume, 1, endings);

      held.releaseReads();

      for (IoEnd ending : endings) {
        assertThat(ending.failure()).isNull();
      }
      assertThat(bytes(volume)).containsOnly(0);
    }
  }

  private static void read(BlockDevice volume, int times, List<IoEnd> endings) {
    for (int i = 0; i < times; i++) {
      IoEnd read = new IoEnd();
      endings.add(read);
      volume.read(0, ByteBuffer.allocateDirect(EXTENT), read);
    }
  }

  private static boolean isMixOf(byte[] bytes, byte[] one, byte[] other) {
    for (int at = 0; at < bytes.length; at += 4096) {
      boolean isOne = Arrays.equals(bytes, at, at + 4096, one, at, at + 4096);
      if (!isOne && !Arrays.equals(bytes, at, at + 4096, other, at, at + 4096)) {
        return false;
      }
    }
    return true;
  }

  private EraseReport erase(VolumeName name, boolean verify) throws Exception {
    return driver
        .erase(name, new EraseRequest(EraseMethod.CRYPTO, verify))
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  private List<KeySlot> records() throws FormatException {
    return KeyRecords.of(device, POOL);
  }

  private static List<String> ids(List<KeySlot> records) {
    return records.stream().map(record -> Long.toHexString(record.id())).toList();
  }

  private static byte[] noise(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static ByteBuffer direct(byte[] content) {
    return ByteBuffer.allocateDirect(content.length).put(content).flip();
  }

  private void write(VolumeName name, byte[] content) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      BlockingIo.write(volume, 0, direct(content), Durability.VISIBLE);
    }
  }

  private byte[] read(VolumeName name) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      return bytes(volume);
    }
  }

  private static byte[] bytes(BlockDevice volume) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocateDirect(SIZE);
    BlockingIo.read(volume, 0, buffer);
    byte[] content = new byte[SIZE];
    buffer.get(0, content);
    return content;
  }
}

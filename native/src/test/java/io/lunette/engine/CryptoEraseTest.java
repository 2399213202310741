/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static io.lunette.engine.EncryptedPool.CLONE;
import static io.lunette.engine.EncryptedPool.EXTENT;
import static io.lunette.engine.EncryptedPool.IMAGE;
import static io.lunette.engine.EncryptedPool.OTHER;
import static io.lunette.engine.EncryptedPool.POOL;
import static io.lunette.engine.EncryptedPool.SIZE;
import static io.lunette.engine.EncryptedPool.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.key.MemoryVault;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of an erased volume's key, and of all the others. */
class CryptoEraseTest {

  private static final int PAGES_PER_EXTENT = EXTENT / PagedDevice.PAGE;

  private final byte[] image = noise(SIZE, 9);
  private final byte[] tenant = noise(2 * EXTENT, 10);
  private EncryptedPool pool;

  @BeforeEach
  void makeClones() throws Exception {
    pool = new EncryptedPool();
    pool.makeImage(image, true);
    pool.driver.clone(IMAGE, List.of(CLONE, OTHER));
    pool.write(CLONE, 0, tenant);
    pool.write(OTHER, 0, tenant);
  }

  @AfterEach
  void closePool() throws Exception {
    pool.close();
  }

  @Test
  void anEraseByKeyDestroysTheRecordOfTheKeyAndNoOther() throws Exception {
    List<String> before = pool.keys();

    EraseReport report = pool.eraseByKey(CLONE, false);

    assertThat(report.claim()).isEqualTo(EraseClaim.KEY_DESTROYED);
    List<String> after = pool.keys();
    String destroyed = report.key().orElseThrow();
    assertThat(before).contains(destroyed);
    assertThat(after).hasSameSizeAs(before).doesNotContain(destroyed);
    assertThat(pool.read(CLONE)).isEqualTo(image);
    assertThat(pool.read(OTHER)).startsWith(tenant);
  }

  @Test
  void theEpochIsTurnedSoThatNoCopyOfTheRecordOpens() throws Exception {
    List<KeySlot> before = pool.keyRecords();
    MemoryVault old = pool.vault.copy();

    EraseReport ignored = pool.eraseByKey(CLONE, false);

    assertThat(pool.vault.epochs()).containsExactly(2L);
    assertThat(pool.keyRecords()).extracting(KeySlot::epoch).containsOnly(2L);
    KeySlot copy = before.get(0);
    assertThat(old.load(POOL).get(0).unwrap(copy.id(), copy.wrapped())).hasSize(64);
    assertThatThrownBy(() -> pool.vault.load(POOL).get(0).unwrap(copy.id(), copy.wrapped()))
        .isInstanceOf(GeneralSecurityException.class);
  }

  @Test
  void erasesThatWaitTogetherTurnTheEpochOnce() throws Exception {
    VolumeName first = new VolumeName("first");
    List<VolumeName> clones =
        IntStream.range(0, 20).mapToObj(i -> new VolumeName("clone-" + i)).toList();
    pool.driver.close();
    HeldDevice held = new HeldDevice(pool.device);
    pool.driver = EngineVolumeDriver.open(held, Clock.systemUTC(), 4 << 20, pool.vault);
    pool.driver.create(first, SIZE);
    pool.write(first, 0, tenant);
    pool.driver.clone(IMAGE, clones);
    for (VolumeName clone : clones) {
      pool.write(clone, 0, tenant);
    }
    held.holdLargeWrites();
    List<Job<EraseReport>> jobs = new ArrayList<>();
    jobs.add(pool.driver.erase(first, EraseRequest.zeroFillVerified()));
    for (VolumeName clone : clones) {
      jobs.add(pool.driver.erase(clone, new EraseRequest(EraseMethod.CRYPTO, false)));
    }

    held.releaseLargeWrites();

    for (Job<EraseReport> job : jobs.subList(1, jobs.size())) {
      EraseReport report = job.result().toCompletableFuture().get(1, TimeUnit.MINUTES);
      assertThat(pool.keys()).doesNotContain(report.key().orElseThrow());
    }
    assertThat(pool.vault.epochs()).containsExactly(2L);
    assertThat(pool.read(clones.get(19))).isEqualTo(image);
  }

  @Test
  void anOldCopyOfTheKeyFileIsToldApart() throws Exception {
    MemoryVault old = pool.vault.copy();
    EraseReport ignored = pool.eraseByKey(CLONE, false);

    pool.reopen(old);

    assertThat(pool.driver.keyTrouble().orElseThrow()).contains("epoch 2").contains("old copy");
    pool.reopen(pool.vault);
    assertThat(pool.driver.keyTrouble()).isEmpty();
    assertThat(pool.read(OTHER)).startsWith(tenant);
  }

  /** The answer may have been lost in a crash: an attempt that failed would be counted else. */
  @ParameterizedTest
  @EnumSource(names = {"CRYPTO", "ZERO_FILL"})
  void whoAsksAgainHearsOfTheEndThoughNoKeyCanBeMade(EraseMethod method) throws Exception {
    EraseReport done = erase(method);
    pool.driver.abandon();

    pool.open(new MemoryVault());

    assertThat(pool.driver.keyTrouble()).isPresent();
    assertThat(erase(method)).isEqualTo(done);
    pool.reopen(pool.vault);
    assertThat(pool.read(CLONE)).isEqualTo(image);
  }

  private EraseReport erase(EraseMethod method) throws Exception {
    return pool.driver
        .erase(CLONE, new EraseRequest(method, false))
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  @Test
  void aVerifiedEraseByKeyHasAlsoOverwrittenTheExtents() throws Exception {
    PagedDevice before = pool.device.copy();
    pool.write(CLONE, 0, noise(2 * EXTENT, 11));
    List<Integer> extents = extentsThatDifferFrom(before);
    assertThat(extents).hasSize(2);
    byte[] enciphered = Arrays.copyOf(pool.device.page(extents.get(0) * PAGES_PER_EXTENT), 512);
    assertThat(RawBytes.occurrences(pool.device, enciphered)).isEqualTo(1);

    EraseReport report = pool.eraseByKey(CLONE, true);

    assertThat(report.verifiedBytes()).isEqualTo(report.erasedBytes()).isEqualTo(2L * EXTENT);
    assertThat(pool.driver.space().dirtyBytes()).isZero();
    assertThat(RawBytes.occurrences(pool.device, enciphered)).isZero();
    for (int extent : extents) {
      int page = extent * PAGES_PER_EXTENT;
      assertThat(IntStream.range(page, page + PAGES_PER_EXTENT)).allMatch(pool.device::isZero);
    }
  }

  /** Those that differ in every page, as metadata does not. */
  private List<Integer> extentsThatDifferFrom(PagedDevice before) {
    List<Integer> extents = new ArrayList<>();
    for (int extent = 0; extent < pool.device.sizeBytes() / EXTENT; extent++) {
      int page = extent * PAGES_PER_EXTENT;
      boolean differs =
          IntStream.range(page, page + PAGES_PER_EXTENT)
              .noneMatch(at -> Arrays.equals(before.page(at), pool.device.page(at)));
      if (differs) {
        extents.add(extent);
      }
    }
    return extents;
  }

  @Test
  void whateverMethodErasesAnEncryptedVolumeItsKeyGoesToo() throws Exception {
    byte[] enciphered = pool.enciphered(CLONE);
    List<String> before = pool.keys();

    EraseReport ignored =
        pool.driver
            .erase(CLONE, EraseRequest.zeroFillVerified())
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);

    List<String> after = pool.keys();
    assertThat(after).hasSameSizeAs(before);
    assertThat(before).filteredOn(id -> !after.contains(id)).hasSize(1);
    assertThat(RawBytes.occurrences(pool.device, enciphered)).isZero();
  }

  @Test
  void aDeletedVolumesKeyIsErased() throws Exception {
    byte[] enciphered = pool.enciphered(CLONE);
    int before = pool.keyRecords().size();

    pool.driver.delete(CLONE);
    pool.driver.delete(OTHER);
    while (pool.driver.space().dirtyBytes() > 0) {
      LockSupport.parkNanos(1_000_000);
    }

    assertThat(pool.keyRecords()).hasSize(before - 2);
    assertThat(RawBytes.occurrences(pool.device, enciphered)).isZero();
  }

  @Test
  void aVolumeWithoutAKeyCannotBeErasedByIt() throws Exception {
    VolumeName plain = new VolumeName("plain");
    pool.driver.create(plain, SIZE);

    assertThatThrownBy(() -> pool.driver.erase(plain, new EraseRequest(EraseMethod.CRYPTO, true)))
        .isInstanceOfSatisfying(
            VolumeException.class,
            e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.UNSUPPORTED));
    assertThat(pool.driver.find(plain).orElseThrow().state()).isEqualTo(VolumeState.WRITABLE);
  }

  /** Other records were wrapped by the key that is left of that turn. */
  @Test
  void afterATurnThatGotHalfWayTheNextEraseBeginsAnEpochAllTheSame() throws Exception {
    pool.vault.failAfter(1);
    assertThatThrownBy(() -> pool.eraseByKey(CLONE, false)).hasMessageContaining("out of order");
    pool.vault.setFailing(false);
    List<KeySlot> before = pool.keyRecords();

    EraseReport report = pool.eraseByKey(OTHER, false);

    String destroyed = report.key().orElseThrow();
    KeySlot copy =
        before.stream()
            .filter(record -> Long.toHexString(record.id()).equals(destroyed))
            .findFirst()
            .orElseThrow();
    assertThat(pool.vault.load(POOL))
        .isNotEmpty()
        .allSatisfy(
            key ->
                assertThatThrownBy(() -> key.unwrap(copy.id(), copy.wrapped()))
                    .isInstanceOf(GeneralSecurityException.class));
    assertThat(pool.read(IMAGE)).isEqualTo(image);
  }
}

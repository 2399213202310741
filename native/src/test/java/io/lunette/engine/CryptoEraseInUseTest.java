/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static io.lunette.engine.EncryptedPool.CLONE;
import static io.lunette.engine.EncryptedPool.EXTENT;
import static io.lunette.engine.EncryptedPool.IMAGE;
import static io.lunette.engine.EncryptedPool.OTHER;
import static io.lunette.engine.EncryptedPool.SIZE;
import static io.lunette.engine.EncryptedPool.bytes;
import static io.lunette.engine.EncryptedPool.direct;
import static io.lunette.engine.EncryptedPool.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.VolumeName;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What is left when the key of a volume in use is destroyed: of the volume, and of all the others.
 */
class CryptoEraseInUseTest {

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
  void aVolumeInUseReadsAsZeroesAfterItsKeyIsDestroyed() throws Exception {
    List<String> before = pool.keys();
    try (BlockDevice volume = pool.driver.open(CLONE, AccessMode.READ_WRITE)) {
      assertThat(volume.features().cryptoErases()).isTrue();

      BlockingIo.await(volume::cryptoErase);

      assertThat(bytes(volume, 0, SIZE)).containsOnly(0);
      BlockingIo.write(volume, EXTENT, direct(tenant), Durability.VISIBLE);
      assertThat(Arrays.copyOfRange(bytes(volume, 0, SIZE), EXTENT, 3 * EXTENT)).isEqualTo(tenant);
    }

    assertThat(pool.vault.epochs()).containsExactly(2L);
    List<String> after = pool.keys();
    assertThat(before).filteredOn(id -> !after.contains(id)).hasSize(1);
    assertThat(pool.read(IMAGE)).isEqualTo(image);
    assertThat(pool.read(OTHER)).startsWith(tenant);
    pool.reopen(pool.vault);
    assertThat(Arrays.copyOf(pool.read(CLONE), EXTENT)).containsOnly(0);
  }

  /** The image is hidden, not lost: the next erase shows it again. */
  @Test
  void anEraseAfterASanitizeSetsACloneBackToItsImage() throws Exception {
    byte[] enciphered = pool.enciphered(CLONE);
    try (BlockDevice volume = pool.driver.open(CLONE, AccessMode.READ_WRITE)) {
      BlockingIo.await(volume::cryptoErase);
    }
    assertThat(pool.driver.find(CLONE).orElseThrow().origin()).contains(IMAGE);

    EraseReport ignored = pool.eraseByKey(CLONE, true);

    assertThat(pool.read(CLONE)).isEqualTo(image);
    EncryptedPool.awaitTrue(() -> pool.driver.space().dirtyBytes() == 0);
    assertThat(RawBytes.occurrences(pool.device, enciphered)).isZero();
  }

  @Test
  void whatIsHiddenStaysHiddenUnderASnapshotThatIsMergedAway() throws Exception {
    try (BlockDevice volume = pool.driver.open(CLONE, AccessMode.READ_WRITE)) {
      BlockingIo.await(volume::cryptoErase);
      BlockingIo.write(volume, 0, direct(tenant), Durability.VISIBLE);
    }
    VolumeName snapshot = new VolumeName("snapshot");
    pool.driver.snapshot(CLONE, snapshot);
    pool.write(CLONE, 0, noise(EXTENT, 11));
    pool.driver.delete(snapshot);
    while (pool.driver.chainLength(CLONE) > 2) {
      LockSupport.parkNanos(1_000_000);
    }

    byte[] expected = new byte[SIZE];
    System.arraycopy(tenant, 0, expected, 0, tenant.length);
    System.arraycopy(noise(EXTENT, 11), 0, expected, 0, EXTENT);
    assertThat(pool.read(CLONE)).isEqualTo(expected);
    pool.reopen(pool.vault);
    assertThat(pool.read(CLONE)).isEqualTo(expected);
  }

  @Test
  void aKeyThatASnapshotNeedsIsNotDestroyed() throws Exception {
    pool.driver.snapshot(CLONE, new VolumeName("snapshot"));
    try (BlockDevice volume = pool.driver.open(CLONE, AccessMode.READ_WRITE)) {
      assertThatThrownBy(() -> BlockingIo.await(volume::cryptoErase))
          .isInstanceOfSatisfying(
              BlockException.class,
              e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.UNSUPPORTED));

      assertThat(bytes(volume, 0, SIZE)).startsWith(tenant);
    }
    assertThat(pool.keyRecords()).hasSize(3);
  }

  @Test
  void whereTheVaultFailsNoSuccessIsClaimed() throws Exception {
    try (BlockDevice volume = pool.driver.open(CLONE, AccessMode.READ_WRITE)) {
      pool.vault.setFailing(true);
      assertThatThrownBy(() -> BlockingIo.await(volume::cryptoErase))
          .isInstanceOf(BlockException.class)
          .hasMessageContaining("out of order");

      pool.vault.setFailing(false);
      BlockingIo.await(volume::cryptoErase);
    }
    assertThat(pool.vault.epochs()).containsExactly(2L);
  }

  @Test
  void readsGoOnWhileTheKeyIsDestroyed() throws Exception {
    try (BlockDevice volume = pool.driver.open(CLONE, AccessMode.READ_WRITE)) {
      List<byte[]> seen = new ArrayList<>();
      Thread reader =
          new Thread(
              () -> {
                for (int i = 0; i < 300; i++) {
                  try {
                    seen.add(bytes(volume, 0, SIZE));
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
    pool.driver.close();
    HeldDevice held = new HeldDevice(pool.device);
    pool.driver = EngineVolumeDriver.open(held, Clock.systemUTC(), 4 << 20, pool.vault);
    try (BlockDevice volume = pool.driver.open(CLONE, AccessMode.READ_WRITE)) {
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
      assertThat(bytes(volume, 0, SIZE)).containsOnly(0);
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
}

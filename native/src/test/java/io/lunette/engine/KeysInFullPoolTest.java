/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What needs a new key while there is no extent for more records. */
class KeysInFullPoolTest {

  private static final VolumeName BALLAST = new VolumeName("ballast");

  private EncryptedPool pool;
  private byte[] enciphered;
  private int clones;

  @BeforeEach
  void fillThePool() throws Exception {
    pool = new EncryptedPool();
    pool.makeImage(EncryptedPool.noise(EncryptedPool.EXTENT, 1), true);
    pool.driver.clone(EncryptedPool.IMAGE, List.of(EncryptedPool.CLONE));
    pool.write(EncryptedPool.CLONE, 0, EncryptedPool.noise(EncryptedPool.EXTENT, 2));
    enciphered = pool.enciphered(EncryptedPool.CLONE);
    pool.driver.create(BALLAST, pool.device.sizeBytes());
    try (BlockDevice ballast = pool.driver.open(BALLAST, AccessMode.READ_WRITE)) {
      BlockException full =
          catchThrowableOfType(
              BlockException.class,
              () -> {
                for (long at = 0; at < pool.device.sizeBytes(); at += EncryptedPool.EXTENT) {
                  BlockingIo.write(
                      ballast,
                      at,
                      EncryptedPool.direct(EncryptedPool.filled(EncryptedPool.EXTENT, 3)),
                      Durability.VISIBLE);
                }
              });
      assertThat(full.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
    }
  }

  @AfterEach
  void closePool() throws Exception {
    pool.close();
  }

  @Test
  void theEraseThatEndsTheFullnessIsNotRefusedForThatOfItsKey() throws Exception {
    cloneUntilRefused();

    EraseReport report =
        pool.driver
            .erase(EncryptedPool.CLONE, EraseRequest.zeroFillVerified())
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);

    assertThat(report.extents()).isEqualTo(1);
    assertThat(RawBytes.occurrences(pool.device, enciphered)).isZero();
  }

  @Test
  void norIsASanitizeByKey() throws Exception {
    cloneUntilRefused();

    try (BlockDevice clone = pool.driver.open(EncryptedPool.CLONE, AccessMode.READ_WRITE)) {
      BlockingIo.await(clone::cryptoErase);

      assertThat(EncryptedPool.bytes(clone, 0, EncryptedPool.EXTENT)).containsOnly(0);
    }
  }

  private void cloneUntilRefused() {
    VolumeException refused =
        catchThrowableOfType(
            VolumeException.class,
            () -> {
              while (clones < 2000) {
                VolumeName next = new VolumeName("clone-" + clones++);
                pool.driver.clone(EncryptedPool.IMAGE, List.of(next));
              }
            });
    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.OUT_OF_SPACE);
  }
}

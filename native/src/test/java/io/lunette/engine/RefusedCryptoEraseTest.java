/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyEncryptionKey;
import io.lunette.engine.key.MemoryVault;
import io.lunette.engine.key.XtsCipher;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** An erase by key whose commit a full file system refuses, and the next one. */
class RefusedCryptoEraseTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final UUID POOL = new UUID(7, 1);
  private static final int BLOCK = PoolLayout.BLOCK_BYTES;
  private static final long MARK = 0xCAFE_BABE_5EED_F00DL;

  private final FillingDevice device = new FillingDevice();
  private final MemoryVault vault = new MemoryVault();

  @Test
  void theNextEraseDestroysTheKeyThatTheRefusedOneLeft() throws Exception {
    CrashLife.format(device, 1);
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20, vault);
    driver.createEncrypted(VOLUME, CrashLife.POOL_BYTES, BLOCK);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      device.fillUp();
      writeUntilRefused(volume);
      List<KeySlot> before = KeyRecords.of(device, POOL);
      assertThat(before).hasSize(1);
      assertThat(blocksThatOpen(before)).isPositive();
      BlockException refusal =
          catchThrowableOfType(BlockException.class, () -> BlockingIo.await(volume::cryptoErase));
      assertThat(refusal.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);

      device.makeSpace();
      BlockingIo.await(volume::cryptoErase);

      List<KeySlot> after = KeyRecords.of(device, POOL);
      assertThat(after).extracting(KeySlot::id).doesNotContain(before.get(0).id());
      assertThat(blocksThatOpen(after)).isZero();
      EncryptedPool.awaitTrue(() -> isClean(driver, volume));
    }
    driver.close();
    assertThat(KeyRecords.of(device, POOL)).hasSize(1);
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  /**
   * After one more erase: the scrub of what the first released may have ended in an error since.
   */
  private static boolean isClean(EngineVolumeDriver driver, BlockDevice volume) throws Exception {
    BlockingIo.await(volume::cryptoErase);
    return driver.space().dirtyBytes() == 0;
  }

  private static void writeUntilRefused(BlockDevice volume) throws Exception {
    for (int block = 0; ; block++) {
      ByteBuffer content = ByteBuffer.allocateDirect(BLOCK).putLong(0, MARK);
      try {
        BlockingIo.write(
            volume, (long) block * PoolLayout.EXTENT_BYTES, content, Durability.DURABLE);
      } catch (BlockException refusal) {
        assertThat(refusal.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
        return;
      }
    }
  }

  /** How many blocks on the device show the tenant's mark by a key that the vault opens. */
  private int blocksThatOpen(List<KeySlot> records) throws Exception {
    int found = 0;
    for (KeySlot record : records) {
      for (KeyEncryptionKey wrapping : vault.load(POOL)) {
        if (wrapping.checkValue() != record.checkValue()) {
          continue;
        }
        XtsCipher cipher = new XtsCipher(wrapping.unwrap(record.id(), record.wrapped()));
        for (int page = 0; page < device.sizeBytes() / BLOCK; page++) {
          ByteBuffer block = ByteBuffer.wrap(device.page(page).clone());
          cipher.decrypt((long) page * BLOCK, block);
          found += block.getLong(0) == MARK ? 1 : 0;
        }
      }
    }
    return found;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.key.MemoryVault;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The power goes in the middle of a turn of the epoch, and the key file with it: one copy of the
 * records is of the epoch of before, and there is a backup of the key file of then.
 */
class KeyFileOfBeforeTurnTest extends KeyRecordsCase {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName ERASED = new VolumeName("erased");

  private MemoryVault backup;
  private PagedDevice left;

  @BeforeEach
  void cutATurnShort() throws Exception {
    open();
    create(VOLUME, 1);
    create(ERASED, 2);
    backup = vault.copy();
    EraseReport ignored = erase(ERASED, EraseMethod.CRYPTO);
    driver.close();
    left = crashedWith(recordPages(), List.of(2L, 1L));
  }

  private void openWith(MemoryVault keyFile) throws Exception {
    driver = EngineVolumeDriver.open(left, Clock.systemUTC(), 4 << 20, keyFile);
  }

  @Test
  void theBackupOpensWhatItsEpochHasTheRecordsOf() throws Exception {
    for (int opening = 0; opening < 2; opening++) {
      openWith(backup);
      assertThat(read(VOLUME)).isEqualTo(1);
      driver.close();
    }
  }

  @Test
  void andStillDoesAfterAnOpeningWithoutAKeyFile() throws Exception {
    openWith(new MemoryVault());
    assertThatThrownBy(() -> read(VOLUME)).hasMessageContaining("locked");
    driver.close();
    PoolRepair.Outcome ignored = PoolRepair.repair(left);

    openWith(backup);

    assertThat(read(VOLUME)).isEqualTo(1);
    driver.close();
  }

  /** One copy has a record of the epoch of before: that it was written anew was lost. */
  @Test
  void anOldKeyFileLeavesWhatTheNewestOpens() throws Exception {
    List<Long> pages = recordPages();
    List<byte[]> ended = pages.stream().map(this::pageAt).toList();
    put(pages.get(1), Arrays.copyOf(left.page((int) (pages.get(1) / BLOCK)), KeySlot.BYTES));
    left = device.copy();
    openWith(backup);
    driver.close();

    openWith(vault);

    assertThat(read(VOLUME)).isEqualTo(1);
    assertThat(left.page((int) (pages.get(0) / BLOCK))).isEqualTo(ended.get(0));
    driver.close();
  }

  @Test
  void withTheKeyFileOfBothTheTurnIsEnded() throws Exception {
    openWith(vault);
    assertThat(read(VOLUME)).isEqualTo(1);
    driver.close();
    List<Long> pages = recordPages();
    assertThat(epoch(left, pages.get(0))).isGreaterThan(1).isEqualTo(epoch(left, pages.get(1)));
  }
}

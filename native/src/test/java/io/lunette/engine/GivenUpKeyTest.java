/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolProblem;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.KeySlot;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A volume is given up of which the record of its key is lost. */
class GivenUpKeyTest extends KeyRecordsCase {

  private static final VolumeName LOST = new VolumeName("lost");
  private static final VolumeName OTHER = new VolumeName("other");

  @TempDir private Path directory;

  @Test
  void itGoesAndTheOthersStay() throws Exception {
    open();
    create(LOST, 1);
    create(OTHER, 2);
    driver.close();
    recordPages().forEach(page -> put(page, new byte[KeySlot.BYTES]));
    Path pool = file();
    assertThat(PoolCheck.check(pool).problems())
        .singleElement()
        .returns(false, PoolProblem::isRepairable)
        .asString()
        .endsWith("whose record is lost");

    PoolRepair.Outcome outcome = PoolRepair.repair(pool, false, Set.of(LOST.value()));

    assertThat(outcome.fixed()).contains("volume lost: given up");
    assertThat(outcome.report().problems()).isEmpty();
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC(), vault);
    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(read(OTHER)).isEqualTo(2);
    driver.close();
    assertThat(PoolCheck.check(pool).problems()).isEmpty();
  }

  private Path file() throws Exception {
    Path file = directory.resolve("pool");
    try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "rw")) {
      pool.setLength(device.sizeBytes());
      for (int page = device.nextNonZero(0); page >= 0; page = device.nextNonZero(page + 1)) {
        pool.seek((long) page * BLOCK);
        pool.write(device.page(page));
      }
    }
    return file;
  }
}

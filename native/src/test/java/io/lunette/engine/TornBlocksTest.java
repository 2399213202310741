/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.lunette.core.volume.VolumeName;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who is told that a device may tear a volume's logical blocks. */
class TornBlocksTest {

  private static final long SIZE = 1 << 20;

  @Test
  void blockLargerThanThePhysicalSectorIsWarnedOfOnceAndAtEachOpening() throws Exception {
    RecordingDevice device = device(512);
    try (CapturedLog log = new CapturedLog(TornBlocks.class)) {
      try (EngineVolumeDriver driver = open(device)) {
        driver.create(new VolumeName("narrow"), SIZE, 512);
        assertThat(log.lines(Level.WARN)).isEmpty();
        driver.create(new VolumeName("wide"), SIZE, 4096);
        driver.create(new VolumeName("another"), SIZE, 4096);
        assertThat(log.lines(Level.WARN))
            .singleElement()
            .asString()
            .contains("wide", "4096", "512");
      }
      open(device).close();
      assertThat(log.lines(Level.WARN)).hasSize(2);
    }
  }

  @Test
  void blockThatTheDeviceWritesInOnePieceIsNotWarnedOf() throws Exception {
    for (int sectorBytes : new int[] {0, 4096}) {
      RecordingDevice device = device(sectorBytes);
      try (CapturedLog log = new CapturedLog(TornBlocks.class);
          EngineVolumeDriver driver = open(device)) {
        driver.create(new VolumeName("wide"), SIZE, 4096);
        assertThat(log.lines(Level.WARN)).isEmpty();
      }
    }
  }

  private static RecordingDevice device(int sectorBytes) throws Exception {
    PagedDevice empty = new PagedDevice(32L << 20);
    PoolState.format(empty, new UUID(5, sectorBytes));
    return new RecordingDevice(empty, new RecordingDevice.Kind(true, sectorBytes, true));
  }

  private static EngineVolumeDriver open(RecordingDevice device) throws Exception {
    return EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }
}

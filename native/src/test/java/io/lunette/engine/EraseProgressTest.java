/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What whoever asked for an erase hears of it while it is under way, and at its end. */
class EraseProgressTest {

  private static final int WRITTEN = 4 << 20;
  private static final byte[] MARK = "a tenant's".getBytes(StandardCharsets.US_ASCII);
  private static final VolumeName VOLUME = new VolumeName("volume");

  private final PagedDevice raw = new PagedDevice(64L << 20);
  private final HeldDevice device = new HeldDevice(raw);
  private EngineVolumeDriver driver;

  @BeforeEach
  void writeToAVolume() throws Exception {
    PoolState.format(device, new UUID(6, 6));
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
    driver.create(VOLUME, 16 << 20);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(WRITTEN).put(0, MARK);
      BlockingIo.write(volume, 0, bytes, Durability.DURABLE);
    }
    device.holdLargeWrites();
  }

  @AfterEach
  void closePool() throws Exception {
    device.releaseLargeWrites();
    driver.close();
  }

  @Test
  void progressIsOfWhatWasWrittenAndTheSameForWhoAsksAgain() throws Exception {
    Job<EraseReport> job = driver.erase(VOLUME, EraseRequest.zeroFillVerified());
    Job<EraseReport> joined = driver.erase(VOLUME, EraseRequest.zeroFillVerified());

    assertThat(job.progress()).isEqualTo(new Job.Progress(0, WRITTEN));
    assertThat(joined.progress()).isEqualTo(job.progress());
    assertThat(driver.find(VOLUME).orElseThrow().state()).isEqualTo(VolumeState.ERASING);

    device.releaseLargeWrites();

    EraseReport report = job.result().toCompletableFuture().get(1, TimeUnit.MINUTES);
    assertThat(joined.result().toCompletableFuture().get(1, TimeUnit.MINUTES)).isEqualTo(report);
    assertThat(job.progress()).isEqualTo(new Job.Progress(WRITTEN, WRITTEN));
    assertThat(RawBytes.occurrences(raw, MARK)).isZero();
  }

  @Test
  void theEraseOfAVolumeThatIsDeletedEndsAtOnce() throws Exception {
    Job<EraseReport> job = driver.erase(VOLUME, EraseRequest.zeroFillVerified());

    driver.delete(VOLUME);

    assertThatThrownBy(() -> job.result().toCompletableFuture().get(1, TimeUnit.MINUTES))
        .hasCauseInstanceOf(VolumeException.class)
        .hasMessageEndingWith("volume volume was deleted while it was erased");
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An erase that is asked for again by who may not have heard of its end. */
class RepeatedEraseTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName SNAPSHOT = new VolumeName("snapshot");
  private static final int WRITTEN = 3 * PoolLayout.EXTENT_BYTES;
  private static final byte[] STAMP = "what a tenant wrote".getBytes(StandardCharsets.US_ASCII);

  private final PagedDevice device = new PagedDevice(64L << 20);
  private EngineVolumeDriver driver;

  @BeforeEach
  void writeToAVolume() throws Exception {
    PoolState.format(device, new UUID(4, 4));
    open();
    driver.create(VOLUME, 4 << 20);
    write(WRITTEN);
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @Test
  void itReportsWhatWasDoneOnceWhateverStopsThePoolAfterIt() throws Exception {
    EraseReport done = erase(EraseRequest.zeroFillVerified());
    assertThat(done.erasedBytes()).isEqualTo(done.verifiedBytes()).isEqualTo(WRITTEN);

    assertThat(erase(EraseRequest.zeroFillVerified())).isEqualTo(done);
    driver.abandon();
    open();
    assertThat(erase(EraseRequest.zeroFillVerified())).isEqualTo(done);
    driver.close();
    open();
    assertThat(erase(EraseRequest.zeroFillVerified())).isEqualTo(done);
  }

  @Test
  void itIsToldWhatWasDoneWithoutAnotherErase() throws Exception {
    assertThat(driver.lastErase(VOLUME)).isEmpty();
    EraseReport done = erase(EraseRequest.zeroFillVerified());

    driver.abandon();
    open();
    assertThat(driver.lastErase(VOLUME)).contains(done);

    write(PoolLayout.EXTENT_BYTES);
    assertThat(driver.lastErase(VOLUME)).isEmpty();
    assertThat(driver.lastErase(new VolumeName("none"))).isEmpty();
  }

  @Test
  void itsProgressIsThatOfAnEndedOne() throws Exception {
    erase(EraseRequest.zeroFillVerified());

    Job<EraseReport> again = driver.erase(VOLUME, EraseRequest.zeroFillVerified());

    assertThat(again.progress()).isEqualTo(new Job.Progress(WRITTEN, WRITTEN));
  }

  @Test
  void anotherEraseIsDoneItself() throws Exception {
    EraseReport done = erase(EraseRequest.zeroFillVerified());

    EraseReport other = erase(new EraseRequest(EraseMethod.OVERWRITE, true));

    assertThat(other.request().method()).isEqualTo(EraseMethod.OVERWRITE);
    assertThat(other.erasedBytes()).isZero();
    assertThat(other.started()).isAfterOrEqualTo(done.ended());
  }

  @Test
  void nothingIsSaidAgainOfAVolumeThatWasOpened() throws Exception {
    erase(EraseRequest.zeroFillVerified());

    driver.open(VOLUME, AccessMode.READ_ONLY).close();

    assertThat(erase(EraseRequest.zeroFillVerified()).extents()).isZero();
  }

  @Test
  void nothingIsSaidAgainOfAVolumeThatWasWrittenTo() throws Exception {
    erase(EraseRequest.zeroFillVerified());

    write(PoolLayout.EXTENT_BYTES);
    driver.abandon();
    open();

    assertThat(erase(EraseRequest.zeroFillVerified()).extents()).isEqualTo(1);
  }

  @Test
  void norOfOneThatWasWrittenToWithoutAFlushBeforeACrash() throws Exception {
    EraseReport ignored = erase(EraseRequest.zeroFillVerified());

    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, 1);
      BlockingIo.write(volume, 0, block, Durability.VISIBLE);
    }
    driver.abandon();
    open();

    assertThat(driver.lastErase(VOLUME)).isEmpty();
  }

  @Test
  void nothingIsSaidAgainOfAVolumeThatHadASnapshot() throws Exception {
    erase(EraseRequest.zeroFillVerified());

    driver.snapshot(VOLUME, SNAPSHOT);
    driver.delete(SNAPSHOT);

    assertThat(erase(EraseRequest.zeroFillVerified()).extents()).isZero();
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
  }

  private EraseReport erase(EraseRequest request) throws Exception {
    EraseReport report =
        driver.erase(VOLUME, request).result().toCompletableFuture().get(1, TimeUnit.MINUTES);
    assertThat(RawBytes.occurrences(device, STAMP)).isZero();
    return report;
  }

  private void write(int bytes) throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer content = ByteBuffer.allocateDirect(bytes);
      for (int block = 0; block < bytes; block += PoolLayout.BLOCK_BYTES) {
        content.put(block, STAMP);
      }
      BlockingIo.write(volume, 0, content, Durability.DURABLE);
    }
    assertThat(RawBytes.occurrences(device, STAMP)).isEqualTo(bytes / PoolLayout.BLOCK_BYTES);
  }
}

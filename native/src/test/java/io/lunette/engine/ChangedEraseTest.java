/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An erase fails, and the volume is erased in another way: what is said of both. */
class ChangedEraseTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final byte[] MARK = "what the tenant wrote".getBytes(StandardCharsets.US_ASCII);
  private static final EraseRequest VERIFIED = EraseRequest.zeroFillVerified();
  private static final EraseRequest UNREAD = new EraseRequest(EraseMethod.ZERO_FILL, false);

  private final RefusingDevice device = new RefusingDevice();
  private EngineVolumeDriver driver;

  /** Two batches: what is mapped, and what was discarded. */
  @BeforeEach
  void writeToAVolume() throws Exception {
    PoolState.format(device, new UUID(4, 4));
    open();
    driver.create(VOLUME, 4 << 20);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      for (int i = 0; i < 2; i++) {
        ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, i + 1);
        block.put(Integer.BYTES, MARK);
        BlockingIo.write(volume, (long) i * PoolLayout.EXTENT_BYTES, block, Durability.DURABLE);
      }
      BlockingIo.discard(volume, PoolLayout.EXTENT_BYTES, PoolLayout.EXTENT_BYTES);
      BlockingIo.flush(volume);
    }
    assertThat(RawBytes.occurrences(device, MARK)).isEqualTo(2);
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatOneHidIsNotRemovedByTheNext(int refused) throws Exception {
    fail(new EraseRequest(EraseMethod.DISCARD, true), refused);

    assertThat(erase(VERIFIED).claim()).isEqualTo(EraseClaim.HIDDEN);
  }

  @Test
  void whatOneDidNotReadBackTheNextDoesNotSayWasRead() throws Exception {
    fail(UNREAD, 2);

    EraseReport report = erase(VERIFIED);

    assertThat(report.extents()).isEqualTo(1);
    assertThat(report.request()).isEqualTo(UNREAD);
    assertThat(erase(VERIFIED)).as("asked for again").isEqualTo(report);
  }

  @Test
  void soItIsHoweverOftenItFails() throws Exception {
    fail(UNREAD, 2);
    fail(VERIFIED, 2);
    driver.close();
    open();
    fail(new EraseRequest(EraseMethod.OVERWRITE, true), 2);

    assertThat(erase(VERIFIED).request()).isEqualTo(UNREAD);
  }

  @Test
  void whatOneDidNothingOfIsAllTheNextOnes() throws Exception {
    fail(UNREAD, 1);

    EraseReport report = erase(VERIFIED);

    assertThat(report.extents()).isEqualTo(2);
    assertThat(report.request()).isEqualTo(VERIFIED);
    assertThat(report.claim()).isEqualTo(EraseClaim.REMOVED);
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
  }

  /** Has an erase fail at the block that begins with a number. */
  private void fail(EraseRequest request, int number) {
    device.refuse(number);
    assertThatThrownBy(() -> erase(request)).isInstanceOf(ExecutionException.class);
    device.refused = -1;
  }

  private EraseReport erase(EraseRequest request) throws Exception {
    EraseReport report =
        driver.erase(VOLUME, request).result().toCompletableFuture().get(1, TimeUnit.MINUTES);
    assertThat(RawBytes.occurrences(device, MARK)).isZero();
    return report;
  }

  /** Refuses to write to, or to discard, one place. */
  private static final class RefusingDevice extends PagedDevice {

    private volatile long refused = -1;

    RefusingDevice() {
      super(64L << 20);
    }

    void refuse(int number) {
      refused = placeOf(number);
      assertThat(refused).as("where %d lies", number).isNotNegative();
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      if (offset == refused) {
        throw new DeviceException("simulated: nothing goes to " + offset);
      }
      super.write(offset, source);
    }

    @Override
    public Set<Feature> features() {
      return Set.of(Feature.PUNCH_HOLE);
    }
  }
}

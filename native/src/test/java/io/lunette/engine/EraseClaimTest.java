/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.Support;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an erase claims by what is known of where its device writes. */
class EraseClaimTest {

  private static final int EXTENT = 64 * 1024;
  private static final VolumeName VOLUME = new VolumeName("volume");

  private final SharingDevice device = new SharingDevice();
  private EngineVolumeDriver driver;

  @BeforeEach
  void makeThePool() throws Exception {
    PoolState.format(device, new UUID(7, 7));
  }

  @AfterEach
  void closeThePool() throws Exception {
    driver.close();
  }

  @ParameterizedTest
  @CsvSource({
    "YES, ZERO_FILL, true, REMOVED",
    "YES, OVERWRITE, true, REMOVED",
    "YES, CRYPTO, true, KEY_DESTROYED",
    "YES, CRYPTO, false, KEY_DESTROYED",
    "NO, ZERO_FILL, true, HIDDEN",
    "NO, OVERWRITE, true, HIDDEN",
    "NO, CRYPTO, true, HIDDEN",
    "NO, CRYPTO, false, HIDDEN",
    "UNTRIED, ZERO_FILL, true, HIDDEN"
  })
  void nothingIsClaimedThatTheDeviceIsNotKnownToDo(
      Support inPlace, EraseMethod method, boolean verify, EraseClaim claim) throws Exception {
    device.overwriteInPlace = inPlace;
    openWithAVolume();

    EraseReport report = erase(new EraseRequest(method, verify));

    assertThat(report.claim()).isEqualTo(claim);
    assertThat(report.key().isPresent()).isEqualTo(claim == EraseClaim.KEY_DESTROYED);
    assertThat(driver.overwriteTrouble().isPresent()).isEqualTo(inPlace != Support.YES);
  }

  @Test
  void aFullFileSystemIsNotBlamedForWritingElsewhere() throws Exception {
    device.overwriteInPlace = Support.UNTRIED;
    openWithAVolume();

    assertThat(driver.overwriteTrouble().orElseThrow()).contains("too full to try");
  }

  @Test
  void whatWasSharedWhenItWasErasedIsKnownToWhoAsksAfterARestart() throws Exception {
    openWithAVolume();
    device.isShared = true;
    EraseReport told = erase(EraseRequest.zeroFillVerified());
    device.isShared = false;

    driver.close();
    open();
    EraseReport again = erase(EraseRequest.zeroFillVerified());

    assertThat(told.claim()).isEqualTo(EraseClaim.HIDDEN);
    assertThat(again).isEqualTo(told);
  }

  private void openWithAVolume() throws Exception {
    open();
    driver.createEncrypted(VOLUME, 4 * EXTENT, 512);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer written = ByteBuffer.allocateDirect(2 * EXTENT).put(0, (byte) 1);
      BlockingIo.write(volume, 0, written, Durability.DURABLE);
    }
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, device.vault);
  }

  private EraseReport erase(EraseRequest request) throws Exception {
    return driver.erase(VOLUME, request).result().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  /** Says of itself what a test wants. */
  private static final class SharingDevice extends PagedDevice {

    private final MemoryVault vault = new MemoryVault();
    private volatile Support overwriteInPlace = Support.YES;
    private volatile boolean isShared;

    SharingDevice() {
      super(64L << 20);
    }

    @Override
    public DeviceFeatures probe(long scratchOffset, int scratchBytes) {
      return new DeviceFeatures(
          "memory",
          "",
          0,
          0,
          0,
          Support.NO,
          Support.NO,
          Support.NO,
          Support.NO,
          Support.YES,
          Support.NO,
          overwriteInPlace);
    }

    @Override
    public boolean isShared(long offsetBytes, long lengthBytes) {
      return isShared;
    }
  }
}

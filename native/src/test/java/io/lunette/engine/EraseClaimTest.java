/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.Support;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an erase claims by what is known of where its device writes. */
class EraseClaimTest {

  private static final int EXTENT = 64 * 1024;

  /** What the record of a key begins with. */
  private static final int RECORD = 0x4C4E4B59;

  /** As many discarded ones the scrubber does not leave alone for now. */
  private static final int EXTENTS = 256;

  private static final VolumeName VOLUME = new VolumeName("volume");

  private final SharingDevice device = new SharingDevice();
  private EngineVolumeDriver driver;

  /** A block of the volume as it lies on the device, where all is enciphered. */
  private byte[] enciphered;

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

  @Test
  void whatWasSharedWhenItWasScrubbedInTheBackgroundIsSaidByTheNextErase() throws Exception {
    openWithAVolume();
    scrubDiscardedWhileShared();

    driver.close();
    open();
    write();

    assertThat(erase(EraseRequest.zeroFillVerified()).claim()).isEqualTo(EraseClaim.HIDDEN);
    write();
    assertThat(erase(EraseRequest.zeroFillVerified()).claim()).isEqualTo(EraseClaim.REMOVED);
  }

  @Test
  void soItIsWhateverIsDoneWithTheVolumeBefore() throws Exception {
    openWithAVolume();
    scrubDiscardedWhileShared();

    VolumeName snapshot = new VolumeName("snapshot");
    driver.snapshot(VOLUME, snapshot);
    driver.rollback(VOLUME, snapshot);
    driver.delete(snapshot);
    driver.resize(VOLUME, 2 * EXTENT);

    assertThat(erase(EraseRequest.zeroFillVerified()).claim()).isEqualTo(EraseClaim.HIDDEN);
  }

  @Test
  void whatWasSharedWhenItsScrubFailedIsSaidByTheOneThatEnds() throws Exception {
    openWithAVolume();
    device.isShared = true;
    device.failsReadBack = true;
    assertThatThrownBy(() -> erase(EraseRequest.zeroFillVerified()))
        .isInstanceOf(ExecutionException.class);
    device.isShared = false;
    device.failsReadBack = false;

    assertThat(erase(EraseRequest.zeroFillVerified()).claim()).isEqualTo(EraseClaim.HIDDEN);
  }

  /** What the erase by key left to the scrub is counted for the next, if on the same terms. */
  @ParameterizedTest
  @CsvSource({"ZERO_FILL, 2", "OVERWRITE, 0"})
  void whatWasSharedBetweenTwoErasesIsSaidByTheNext(EraseMethod method, int extents)
      throws Exception {
    openWithAVolume();
    device.dataIsShared = true;
    device.holdReadBack();
    EraseReport byKey = erase(new EraseRequest(EraseMethod.CRYPTO, false));
    device.readBackIsHeld.await();
    device.dataIsShared = false;

    Job<EraseReport> next = driver.erase(VOLUME, new EraseRequest(method, true));
    device.readBackMayEnd.countDown();
    EraseReport report = next.result().toCompletableFuture().get(1, TimeUnit.MINUTES);

    assertThat(byKey.claim()).isEqualTo(EraseClaim.KEY_DESTROYED);
    assertThat(report.extents()).isEqualTo(extents);
    assertThat(report.claim()).isEqualTo(EraseClaim.HIDDEN);
    assertThat(RawBytes.occurrences(device, enciphered)).isZero();
  }

  @Test
  void soItIsWhereTheScrubHasEndedBeforeTheNextBegins() throws Exception {
    openWithAVolume();
    device.dataIsShared = true;
    EraseReport byKey = erase(new EraseRequest(EraseMethod.CRYPTO, false));
    EncryptedPool.awaitTrue(() -> driver.space().dirtyBytes() == 0);
    device.dataIsShared = false;

    assertThat(byKey.claim()).isEqualTo(EraseClaim.KEY_DESTROYED);
    assertThat(driver.lastErase(VOLUME)).contains(byKey);
    assertThat(erase(EraseRequest.zeroFillVerified()).claim()).isEqualTo(EraseClaim.HIDDEN);
    write();
    assertThat(erase(EraseRequest.zeroFillVerified()).claim()).isEqualTo(EraseClaim.REMOVED);
  }

  @ParameterizedTest
  @CsvSource({"CRYPTO, true, HIDDEN", "CRYPTO, false, HIDDEN", "ZERO_FILL, true, REMOVED"})
  void aKeyWhoseRecordIsSharedIsNotSaidToBeDestroyed(
      EraseMethod method, boolean verify, EraseClaim claim) throws Exception {
    openWithAVolume();
    device.recordIsShared = true;

    assertThat(erase(new EraseRequest(method, verify)).claim()).isEqualTo(claim);
  }

  /** By another erase of the volume, say, whose turn takes all keys along that are nobody's. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void norIsOneWhoseRecordWasSharedWhenItWasOverwrittenBefore(boolean verify) throws Exception {
    openWithAVolume();
    device.recordIsShared = true;
    device.failsReadBack = true;
    assertThatThrownBy(() -> erase(EraseRequest.zeroFillVerified()))
        .isInstanceOf(ExecutionException.class);
    device.recordIsShared = false;
    device.failsReadBack = false;

    EraseReport report = erase(new EraseRequest(EraseMethod.CRYPTO, verify));

    assertThat(report.claim()).isEqualTo(EraseClaim.HIDDEN);
  }

  /** By a copy of the pool that is made behind the look at either copy, before the overwriting. */
  @Test
  void norIsOneWhoseRecordComesToBeShared() throws Exception {
    openWithAVolume();
    device.looksBeforeItIsShared.set(2);

    EraseReport report = erase(new EraseRequest(EraseMethod.CRYPTO, false));

    assertThat(report.claim()).isEqualTo(EraseClaim.HIDDEN);
  }

  private void scrubDiscardedWhileShared() throws Exception {
    device.isShared = true;
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer extents = ByteBuffer.allocateDirect(EXTENTS * EXTENT).put(0, (byte) 1);
      BlockingIo.write(volume, 0, extents, Durability.VISIBLE);
      BlockingIo.discard(volume, 0, EXTENTS * EXTENT);
      BlockingIo.flush(volume);
    }
    EncryptedPool.awaitTrue(() -> driver.space().dirtyBytes() == 0);
    device.isShared = false;
  }

  private void openWithAVolume() throws Exception {
    open();
    driver.createEncrypted(VOLUME, EXTENTS * EXTENT, 512);
    write();
  }

  private void write() throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer written = ByteBuffer.allocateDirect(2 * EXTENT).put(0, (byte) 1);
      BlockingIo.write(volume, 0, written, Durability.DURABLE);
    }
    enciphered = RawBytes.ofFirstBlock(device, VOLUME);
    assertThat(RawBytes.occurrences(device, enciphered)).isPositive();
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, device.vault);
  }

  private EraseReport erase(EraseRequest request) throws Exception {
    EraseReport report =
        driver.erase(VOLUME, request).result().toCompletableFuture().get(1, TimeUnit.MINUTES);
    if (request.verify()) {
      assertThat(RawBytes.occurrences(device, enciphered)).isZero();
    }
    return report;
  }

  /** Says of itself what a test wants. */
  private static final class SharingDevice extends PagedDevice {

    private final MemoryVault vault = new MemoryVault();
    private volatile Support overwriteInPlace = Support.YES;
    private volatile boolean isShared;
    private volatile boolean failsReadBack;
    private volatile boolean recordIsShared;
    private final AtomicInteger looksBeforeItIsShared = new AtomicInteger(Integer.MAX_VALUE);
    private volatile boolean dataIsShared;
    private volatile CountDownLatch readBackIsHeld = new CountDownLatch(0);
    private volatile CountDownLatch readBackMayEnd = new CountDownLatch(0);

    SharingDevice() {
      super(64L << 20);
    }

    @Override
    public Support overwritesInPlace() {
      return overwriteInPlace;
    }

    void holdReadBack() {
      readBackMayEnd = new CountDownLatch(1);
      readBackIsHeld = new CountDownLatch(1);
    }

    @Override
    public void readBack(long offsetBytes, ByteBuffer target) throws DeviceException {
      // Not of a key's record, which is before anything is overwritten.
      if (target.remaining() >= EXTENT) {
        readBackIsHeld.countDown();
        awaitReadBack();
        if (failsReadBack) {
          throw new DeviceException("simulated: cannot read back at " + offsetBytes);
        }
      }
      super.readBack(offsetBytes, target);
    }

    private void awaitReadBack() throws DeviceException {
      try {
        readBackMayEnd.await();
      } catch (InterruptedException e) {
        throw new DeviceException("interrupted");
      }
    }

    @Override
    public boolean isShared(long offsetBytes, long lengthBytes) {
      return isShared || (isRecord(offsetBytes) ? isRecordShared() : dataIsShared);
    }

    private boolean isRecordShared() {
      return recordIsShared || looksBeforeItIsShared.getAndDecrement() <= 0;
    }

    private boolean isRecord(long offset) {
      return ByteBuffer.wrap(page((int) (offset / PAGE))).getInt(0) == RECORD;
    }
  }
}

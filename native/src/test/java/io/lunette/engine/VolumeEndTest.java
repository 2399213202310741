/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.VolumeSlot;
import io.lunette.engine.key.KeyVault;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a volume had behind its end is neither kept nor shown, whatever came in between. */
class VolumeEndTest {

  private static final int EXTENT = 64 * 1024;
  private static final int BLOCK = 4096;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName CLONE = new VolumeName("clone");
  private static final VolumeName SECOND = new VolumeName("second");
  private static final VolumeDevice.Opener OPENER = () -> false;

  private final FailingDevice device = new FailingDevice(64L << 20);
  private Pool pool;
  private VolumeTable volumes;
  private VolumeMaker maker;

  @BeforeEach
  void createVolume() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    pool = Pool.open(device, Clock.systemUTC(), 4 << 20, KeyVault.none());
    volumes = new VolumeTable(pool);
    maker = new VolumeMaker(pool);
    maker.create(VOLUME, 6 * EXTENT, 512, KeyWish.INHERITED);
    write(VOLUME, EncryptedPool.filled(6 * EXTENT, 5));
  }

  @AfterEach
  void closePool() throws Exception {
    pool.close();
  }

  /** An image of a release that froze layers as they were. */
  @Test
  void anErasedCloneHidesWhatItsImageWasSealedWithBehindItsEnd() throws Exception {
    volumes.seal(VOLUME);
    maker.clone(VOLUME, List.of(CLONE), KeyWish.INHERITED);
    volumes.resize(CLONE, 2 * EXTENT - BLOCK);
    erase(CLONE);
    freeze(CLONE);
    maker.clone(CLONE, List.of(SECOND), KeyWish.INHERITED);
    volumes.resize(SECOND, 6 * EXTENT);

    erase(SECOND);

    byte[] expected = new byte[6 * EXTENT];
    Arrays.fill(expected, 0, 2 * EXTENT - BLOCK, (byte) 5);
    assertThat(read(SECOND)).isEqualTo(expected);
    assertThat(volumes.lastErase(SECOND)).isEmpty();
  }

  private void freeze(VolumeName name) throws Exception {
    pool.directory.locked(
        () -> {
          Volume volume = pool.directory.get(name);
          pool.metadata.chains.setState(volume.top, LayerSlot.State.FROZEN);
          pool.metadata.chains.update(
              volume,
              VolumeDirectory.with(
                  volume, VolumeSlot.State.SEALED, volume.top, volume.slot.sizeBytes()),
              volume.top);
          return null;
        });
  }

  @Test
  void aShrinkThatFailedHalfwayIsEndedByAskingAgain() throws Exception {
    Layer layer = pool.metadata.chains.volume(VOLUME.value()).top;
    device.failWrites(FailingDevice.at(MapEntry.extent(layer.map.get(0)) * EXTENT + BLOCK));
    assertThatThrownBy(() -> volumes.resize(VOLUME, BLOCK)).isInstanceOf(IOException.class);
    device.heal();
    assertThat(layer.ownedExtents).isEqualTo(6);

    volumes.resize(VOLUME, BLOCK);

    assertThat(layer.ownedExtents).isEqualTo(1);
    volumes.resize(VOLUME, EXTENT);
    assertThat(read(VOLUME)).isEqualTo(Arrays.copyOf(EncryptedPool.filled(BLOCK, 5), EXTENT));
  }

  @Test
  void whatAShrinkThatFailedHalfwayHasLeftIsGivenUpBeforeTheVolumeIsSealed() throws Exception {
    Layer layer = pool.metadata.chains.volume(VOLUME.value()).top;
    device.failWrites(FailingDevice.at(MapEntry.extent(layer.map.get(0)) * EXTENT + BLOCK));
    assertThatThrownBy(() -> volumes.resize(VOLUME, BLOCK)).isInstanceOf(IOException.class);
    device.heal();

    volumes.seal(VOLUME);

    assertThat(layer.ownedExtents).isEqualTo(1);
  }

  @Test
  void whatAShrinkCutOffIsGoneAfterACrashAndAPurge() throws Exception {
    requireGoneAfterACrash(false);
  }

  @Test
  void askingForTheSameShrinkAgainAfterACrashChangesNothingOfThat() throws Exception {
    requireGoneAfterACrash(true);
  }

  private static void requireGoneAfterACrash(boolean askedAgain) throws Exception {
    byte[] kept = EncryptedPool.noise(EXTENT + BLOCK, 1);
    byte[] cutOff = EncryptedPool.noise(3 * EXTENT - BLOCK, 2);
    PagedDevice empty = new PagedDevice(CrashLife.POOL_BYTES);
    CrashLife.format(empty, 1);
    RecordingDevice device = new RecordingDevice(empty);
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
    driver.create(VOLUME, 4 * EXTENT);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(volume, 0, EncryptedPool.direct(kept), Durability.DURABLE);
      BlockingIo.write(volume, kept.length, EncryptedPool.direct(cutOff), Durability.DURABLE);
    }
    int before = device.calls();
    driver.resize(VOLUME, kept.length);
    driver.abandon();

    Random coin = new Random(1);
    int unfinished = 0;
    RecordingDevice.Crashes crashes = device.crashes();
    while (crashes.advance()) {
      if (crashes.at() <= before) {
        continue;
      }
      PagedDevice left = crashes.image(coin, 0.5);
      String where = "crash after call " + crashes.at();
      try (EngineVolumeDriver again = EngineVolumeDriver.open(left, Clock.systemUTC(), 1 << 20)) {
        boolean isShrunk = again.find(VOLUME).orElseThrow().sizeBytes() == kept.length;
        if (!isShrunk && !askedAgain) {
          continue;
        }
        unfinished += isShrunk ? 1 : 0;
        if (askedAgain) {
          again.resize(VOLUME, kept.length);
        }
        try (BlockDevice volume = again.open(VOLUME, AccessMode.READ_WRITE)) {
          BlockingIo.purge(volume);
          assertThat(EncryptedPool.bytes(volume, 0, kept.length)).as(where).isEqualTo(kept);
        }
        for (int at = 0; at < cutOff.length; at += BLOCK) {
          byte[] mark = Arrays.copyOfRange(cutOff, at, at + 64);
          assertThat(RawBytes.occurrences(left, mark)).as(where + ", byte " + at).isZero();
        }
      }
    }
    assertThat(unfinished).isPositive();
  }

  @Test
  void aWriteThatCameBeforeAShrinkIsRefusedInItsTurn() throws Exception {
    try (BlockDevice open = volumes.open(VOLUME, AccessMode.READ_WRITE)) {
      volumes.resize(VOLUME, EXTENT);
      VolumeDevice late = pool.metadata.chains.volume(VOLUME.value()).device;

      for (Durability durability : Durability.values()) {
        assertRefused(
            end ->
                late.write(
                    late.enter(),
                    OPENER,
                    2 * EXTENT,
                    EncryptedPool.direct(EncryptedPool.filled(BLOCK, 6)),
                    durability,
                    end));
      }
      assertRefused(
          end ->
              late.writeAtomic(
                  late.enter(),
                  OPENER,
                  2 * EXTENT,
                  EncryptedPool.direct(EncryptedPool.filled(BLOCK, 6)),
                  Durability.VISIBLE,
                  end));
      assertRefused(
          end ->
              late.zero(
                  late.enter(),
                  OPENER,
                  EXTENT - BLOCK,
                  2 * BLOCK,
                  Provisioning.KEEP,
                  Durability.VISIBLE,
                  end));
      assertThat(open.geometry().sizeBytes()).isEqualTo(EXTENT);
    }
    assertThat(pool.metadata.chains.volume(VOLUME.value()).top.ownedExtents).isEqualTo(1);
  }

  private interface Operation {
    void begin(IoCompletion end);
  }

  private static void assertRefused(Operation operation) {
    BlockException refused =
        catchThrowableOfType(BlockException.class, () -> BlockingIo.await(operation::begin));
    assertThat(refused).isNotNull();
    assertThat(refused.kind()).isEqualTo(BlockException.Kind.OUT_OF_RANGE);
  }

  @Test
  void aSizeBeyondTheLargestIsRefused() throws Exception {
    long most = Long.MAX_VALUE / BLOCK * BLOCK;

    VolumeException refused =
        catchThrowableOfType(VolumeException.class, () -> volumes.resize(VOLUME, most));

    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.INVALID);
    assertThat(refused).hasMessageContaining("" + VolumeDirectory.SIZE_MAX);
    assertThatThrownBy(() -> maker.create(CLONE, most, 512, KeyWish.INHERITED))
        .isInstanceOf(VolumeException.class);
    volumes.resize(VOLUME, VolumeDirectory.SIZE_MAX);
    volumes.resize(VOLUME, EXTENT);
    assertThat(read(VOLUME)).isEqualTo(EncryptedPool.filled(EXTENT, 5));
  }

  private void erase(VolumeName name) throws Exception {
    EraseJob job = pool.lineage.erase(name, EraseRequest.zeroFillVerified());
    pool.log.commit();
    EraseReport ignored = job.result().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  private void write(VolumeName name, byte[] content) throws Exception {
    try (BlockDevice open = volumes.open(name, AccessMode.READ_WRITE)) {
      BlockingIo.write(open, 0, EncryptedPool.direct(content), Durability.DURABLE);
    }
  }

  private byte[] read(VolumeName name) throws Exception {
    try (BlockDevice open = volumes.open(name, AccessMode.READ_ONLY)) {
      return EncryptedPool.bytes(open, 0, (int) open.geometry().sizeBytes());
    }
  }
}

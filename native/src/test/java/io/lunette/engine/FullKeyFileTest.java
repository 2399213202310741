/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.blockio.ScratchDevices;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.key.KeyFile;
import io.lunette.engine.map.PageCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key file on a file system that is really full: what needs another one is asked for again. */
class FullKeyFileTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName OTHER = new VolumeName("other");
  private static final int BLOCK = 4096;

  private final PagedDevice device = new PagedDevice(64L << 20);

  @TempDir private Path directory;
  private EngineVolumeDriver driver;

  @Test
  void whatNeedsAnotherOneIsRefusedForWantOfSpaceUntilThereIsSome() throws Exception {
    try (var mount = ScratchDevices.mount("tmpfs", directory, 1 << 20)) {
      Path keys = mount.directory().resolve("pool.keys");
      Path ballast = mount.directory().resolve("ballast");
      PoolState.format(device, new UUID(7, 7));
      driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, KeyFile.at(keys));
      fillUp(ballast);
      requireRefused(
          keys,
          catchThrowableOfType(
              VolumeException.class, () -> driver.createEncrypted(VOLUME, 1 << 20, BLOCK)));

      Files.delete(ballast);
      driver.createEncrypted(VOLUME, 1 << 20, BLOCK);
      driver.createEncrypted(OTHER, 1 << 20, BLOCK);
      write(VOLUME);
      write(OTHER);
      List<byte[]> gone =
          List.of(
              RawBytes.ofFirstBlock(device, VOLUME),
              RawBytes.ofKey(device, VOLUME),
              RawBytes.ofFirstBlock(device, OTHER),
              RawBytes.ofKey(device, OTHER));
      fillUp(ballast);
      ExecutionException failed = catchThrowableOfType(ExecutionException.class, this::eraseByKey);
      requireRefused(keys, (VolumeException) failed.getCause());
      int layers = layers();
      for (int again = 0; again < 3; again++) {
        failed = catchThrowableOfType(ExecutionException.class, this::eraseByKey);
        requireRefused(keys, (VolumeException) failed.getCause());
      }
      assertThat(layers()).isEqualTo(layers);
      try (BlockDevice volume = driver.open(OTHER, AccessMode.READ_WRITE)) {
        BlockException refused =
            catchThrowableOfType(BlockException.class, () -> BlockingIo.await(volume::cryptoErase));
        assertThat(refused.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
        assertThat(refused).hasMessageContaining(keys.toString());

        Files.delete(ballast);
        BlockingIo.await(volume::cryptoErase);
        BlockingIo.purge(volume);
      }
      assertThat(eraseByKey().claim()).isEqualTo(EraseClaim.KEY_DESTROYED);
      for (byte[] bytes : gone) {
        assertThat(RawBytes.occurrences(device, bytes)).isZero();
      }
      driver.close();
      assertThat(PoolCheck.check(device).problems()).isEmpty();
    }
  }

  private int layers() throws IOException {
    return PoolState.read(device, new PageCache(4 << 20)).metadata().chains.layers().size();
  }

  private static void requireRefused(Path keys, VolumeException refused) {
    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.OUT_OF_SPACE);
    assertThat(refused).hasMessageContaining(keys.toString());
  }

  private EraseReport eraseByKey() throws Exception {
    return driver
        .erase(VOLUME, new EraseRequest(EraseMethod.CRYPTO, true))
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  private void write(VolumeName name) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, 5);
      BlockingIo.write(volume, 0, block, Durability.DURABLE);
    }
  }

  private static void fillUp(Path ballast) {
    IOException full =
        catchThrowableOfType(
            IOException.class,
            () -> {
              while (true) {
                Files.write(
                    ballast, new byte[BLOCK], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
              }
            });
    assertThat(full).hasMessageContaining("No space left on device");
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pool with no CLEAN extent left is full, not broken (invariant I8). */
class EngineOutOfSpaceTest {

  private static final long MIB = 1 << 20;

  /** Wider than what a page of a map covers: every write takes a page as well as an extent. */
  private static final long FAR = 33 * MIB;

  private static final long NEAR = 65_536;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int BLOCK = 4096;
  private static final byte[] MARK = "a tenant's".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path directory;

  private Path file;
  private EngineVolumeDriver driver;

  @BeforeEach
  void createPool() throws Exception {
    file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, 128 * MIB);
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    driver.create(VOLUME, 4096 * FAR);
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {NEAR, FAR})
  void aFullPoolTakesOverwritesAndErasesAndThenWritesAgain(long stride) throws Exception {
    int written = writeUntilFull(stride);
    assertThat(written).isGreaterThan(500);
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      write(device, 0, 77);
      assertThat(read(device, 0)).isEqualTo(77);
      assertThat(read(device, (written - 1) * stride)).isEqualTo(written - 1);
    }

    erase();

    assertThat(driver.space().dirtyBytes()).isZero();
    assertThat(writeUntilFull(stride)).isGreaterThan(written * 9 / 10);
  }

  @ParameterizedTest
  @ValueSource(longs = {NEAR, FAR})
  void aFullPoolThatCrashedOpensWithAllThatWasFlushed(long stride) throws Exception {
    int written = writeUntilFull(stride);

    driver.abandon();

    assertThat(PoolCheck.check(file).problems()).isEmpty();
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      for (int i = 0; i < written; i++) {
        assertThat(read(device, i * stride)).isEqualTo(i);
      }
    }
    erase();
  }

  @Test
  void aFullPoolGivesADiscardsSpaceBack() throws Exception {
    int written = writeUntilFull(FAR);
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      for (int i = 0; i < written; i += 2) {
        BlockingIo.discard(device, i * FAR, NEAR);
      }
      BlockingIo.flush(device);
      assertThat(read(device, 0)).isZero();
      assertThat(read(device, FAR)).isEqualTo(1);
    }
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      write(device, 4095 * FAR, 5);
      assertThat(read(device, 4095 * FAR)).isEqualTo(5);
    }
  }

  /** A LUN's reset waits for what is under way, and initiators wait for no command for ever. */
  @Test
  void aWriteThatWaitsForAScrubThatIsHeldBackEndsInTime() throws Exception {
    int written = writeUntilFull(FAR);
    driver.limitScrub(1);
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.discard(device, 0, 64 * FAR);
      BlockingIo.flush(device);
      CompletableFuture<BlockException> refusal = new CompletableFuture<>();
      for (int i = 0; i <= 64; i++) {
        device.write(
            (written + i) * FAR,
            ByteBuffer.allocateDirect(BLOCK),
            Durability.VISIBLE,
            new IoCompletion() {
              @Override
              public void completed() {}

              @Override
              public void failed(BlockException cause) {
                refusal.complete(cause);
              }
            });
      }

      assertThat(refusal.get(1, TimeUnit.MINUTES).kind())
          .isEqualTo(BlockException.Kind.OUT_OF_SPACE);
    } finally {
      driver.limitScrub(0);
    }
  }

  @Test
  void whatIsDiscardedCanBeWrittenAnewAtOnceHoweverFullThePoolIs() throws Exception {
    int written = writeUntilFull(NEAR);
    // Not quite all of it: what was dropped takes pages of metadata until it is scrubbed.
    int again = written * 9 / 10;
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      for (int round = 1; round <= 3; round++) {
        BlockingIo.discard(device, 0, written * NEAR);
        for (int i = 0; i < again; i++) {
          write(device, i * NEAR, round * 10_000 + i);
        }
        for (int i = 0; i < again; i++) {
          assertThat(read(device, i * NEAR)).isEqualTo(round * 10_000 + i);
        }
      }
    }
  }

  @Test
  void manyWritesThatWaitForSpaceAllEnd() throws Exception {
    int written = writeUntilFull(NEAR);
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.discard(device, 0, written * NEAR);
      List<CompletableFuture<Void>> writes = new ArrayList<>();
      for (int i = 0; i < 2 * written; i++) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        writes.add(end);
        device.write(
            i * NEAR,
            ByteBuffer.allocateDirect(BLOCK).putInt(0, i).put(BLOCK / 2, MARK),
            Durability.VISIBLE,
            new Completing(end));
      }
      int done = 0;
      for (CompletableFuture<Void> write : writes) {
        try {
          write.get(1, TimeUnit.MINUTES);
          done++;
        } catch (ExecutionException e) {
          assertThat(((BlockException) e.getCause()).kind())
              .isEqualTo(BlockException.Kind.OUT_OF_SPACE);
        }
      }
      assertThat(done).isGreaterThan(written * 9 / 10).isLessThan(2 * written);
    }
  }

  @Test
  void closingAVolumeEndsTheWritesThatWaitForSpace() throws Exception {
    int written = writeUntilFull(NEAR);
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.discard(device, 0, written * NEAR);
      for (int i = 0; i < 200; i++) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        writes.add(end);
        device.write(
            i * NEAR,
            ByteBuffer.allocateDirect(BLOCK).put(BLOCK / 2, MARK),
            Durability.VISIBLE,
            new Completing(end));
      }
    }
    erase();

    assertThat(writes).allMatch(CompletableFuture::isDone);
    assertThat(driver.space().ownedBytes()).isZero();
  }

  private record Completing(CompletableFuture<Void> end) implements IoCompletion {

    @Override
    public void completed() {
      end.complete(null);
    }

    @Override
    public void failed(BlockException failure) {
      end.completeExceptionally(failure);
    }
  }

  private void erase() throws Exception {
    var unused =
        driver
            .erase(VOLUME, EraseRequest.zeroFillVerified())
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
    assertThat(RawBytes.occurrences(file, MARK)).isZero();
  }

  /** Writes single blocks, that far apart, and returns how many there was space for. */
  private int writeUntilFull(long stride) throws Exception {
    int[] written = new int[1];
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockException full =
          catchThrowableOfType(
              BlockException.class,
              () -> {
                while (written[0] < 4096) {
                  write(device, written[0] * stride, written[0]);
                  written[0]++;
                }
              });
      assertThat(full.kind()).as(full.getMessage()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
      assertThat(full).hasMessageContaining("no CLEAN extent");
      BlockingIo.flush(device);
    }
    return written[0];
  }

  private static void write(BlockDevice device, long offset, int content) throws BlockException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    block.putInt(0, content).put(BLOCK / 2, MARK);
    BlockingIo.write(device, offset, block, Durability.VISIBLE);
  }

  private static int read(BlockDevice device, long offset) throws BlockException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    BlockingIo.read(device, offset, block);
    return block.getInt(0);
  }
}

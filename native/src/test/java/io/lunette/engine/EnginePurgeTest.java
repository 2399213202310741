/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a purge leaves on the device, found by searching the pool's file itself. */
class EnginePurgeTest {

  private static final long MIB = 1 << 20;
  private static final int EXTENT = 65_536;
  private static final VolumeName VOLUME = new VolumeName("volume");

  @TempDir Path directory;

  private Path file;
  private EngineVolumeDriver driver;

  @BeforeEach
  void createPool() throws Exception {
    file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, 64 * MIB);
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    driver.create(VOLUME, 16 * MIB);
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
  }

  @Test
  void whatWasDiscardedReleasedOrReplacedIsGoneAndTheRestIsThere() throws Exception {
    try (BlockDevice device = open()) {
      write(device, 0, "KEPT-BYTES");
      write(device, EXTENT, "DISCARDED-WHOLE");
      write(device, 2 * EXTENT + 8192, "DISCARDED-IN-PART");
      write(device, 3 * EXTENT, "ZEROED-AND-RELEASED");
      write(device, 4 * EXTENT, "REPLACED-ATOMICALLY");
      write(device, 5 * EXTENT, "OVERWRITTEN");
      BlockingIo.flush(device);
      BlockingIo.discard(device, EXTENT, EXTENT);
      BlockingIo.discard(device, 2 * EXTENT + 8192, 4096);
      BlockingIo.writeZeroes(
          device, 3 * EXTENT, EXTENT, Provisioning.MAY_RELEASE, Durability.VISIBLE);
      BlockingIo.writeAtomic(device, 4 * EXTENT, block("NEW-BYTES"), Durability.VISIBLE);
      write(device, 5 * EXTENT, "WRITTEN-OVER");

      BlockingIo.purge(device);

      for (String gone :
          List.of("DISCARDED-", "ZEROED-AND", "REPLACED-ATOMICALLY", "OVERWRITTEN")) {
        assertThat(poolContains(gone)).as(gone).isFalse();
      }
      for (String kept : List.of("KEPT-BYTES", "NEW-BYTES", "WRITTEN-OVER")) {
        assertThat(poolContains(kept)).as(kept).isTrue();
      }
      assertThat(driver.space().dirtyBytes()).isZero();
    }
  }

  @Test
  void whatARollBackGaveUpIsGoneAndWhatTheSnapshotHoldsIsNot() throws Exception {
    VolumeName snapshot = new VolumeName("snapshot");
    try (BlockDevice device = open()) {
      write(device, 0, "IN-THE-SNAPSHOT");
    }
    driver.snapshot(VOLUME, snapshot);
    try (BlockDevice device = open()) {
      write(device, 0, "ROLLED-BACK");
      BlockingIo.flush(device);
    }
    driver.rollback(VOLUME, snapshot);

    try (BlockDevice device = open()) {
      BlockingIo.purge(device);
    }

    assertThat(poolContains("ROLLED-BACK")).isFalse();
    assertThat(poolContains("IN-THE-SNAPSHOT")).isTrue();
  }

  @Test
  void whatWasGivenUpBeforeACrashIsGoneToo() throws Exception {
    try (BlockDevice device = open()) {
      write(device, 0, "BEFORE-THE-CRASH");
      BlockingIo.discard(device, 0, EXTENT);
      BlockingIo.flush(device);
    }
    driver.abandon();
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    assertThat(poolContains("BEFORE-THE-CRASH")).isTrue();

    try (BlockDevice device = open()) {
      BlockingIo.purge(device);
    }

    assertThat(poolContains("BEFORE-THE-CRASH")).isFalse();
  }

  @Test
  void thousandsOfExtentsAreGoneWhileOthersAreGivenUp() throws Exception {
    driver.close();
    Path large = directory.resolve("large");
    EngineVolumeDriver.createPool(large, 512 * MIB);
    file = large;
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    // So many that there are two batches and more for it, also when the scrubber, which looks for
    // what was given up by itself too, has begun one before.
    int extents = 3000;
    long atLeast = (extents - 1024L) * EXTENT;
    List<long[]> told = new CopyOnWriteArrayList<>();
    driver.create(VOLUME, 4L * extents * EXTENT);
    try (BlockDevice device = open()) {
      for (int i = 0; i < extents; i++) {
        write(device, (long) i * EXTENT, "GIVEN-UP-FIRST");
      }
      driver.limitScrub(1 << 20);
      BlockingIo.discard(device, 0, (long) extents * EXTENT);
      CompletableFuture<Void> purged = new CompletableFuture<>();
      device.purge(
          (done, total) -> told.add(new long[] {done, total}),
          new IoCompletion() {
            @Override
            public void completed() {
              purged.complete(null);
            }

            @Override
            public void failed(BlockException failure) {
              purged.completeExceptionally(failure);
            }
          });
      driver.limitScrub(0);
      for (int i = 0; !purged.isDone(); i = (i + 1) % extents) {
        write(device, (long) (extents + i) * EXTENT, "GIVEN-UP-MEANWHILE");
        BlockingIo.discard(device, (long) (extents + i) * EXTENT, EXTENT);
      }
      purged.get(1, TimeUnit.MINUTES);
    }
    assertThat(poolContains("GIVEN-UP-FIRST")).isFalse();
    assertThat(told).as("batches").hasSizeGreaterThan(1);
    assertThat(told)
        .allSatisfy(step -> assertThat(step[0]).isPositive().isLessThanOrEqualTo(step[1]));
    assertThat(told).extracting(step -> step[0]).isSorted().doesNotHaveDuplicates();
    assertThat(told.get(0)[1]).isGreaterThanOrEqualTo(atLeast);
    assertThat(told.get(told.size() - 1)[0]).isGreaterThanOrEqualTo(atLeast);
  }

  @Test
  void aPurgeThatThePoolsEndOvertakesSaysSo() throws Exception {
    BlockDevice device = open();
    driver.close();

    BlockException refused =
        catchThrowableOfType(BlockException.class, () -> BlockingIo.purge(device));

    assertThat(refused.kind()).isEqualTo(BlockException.Kind.GONE);
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
  }

  /** As want of memory does that lasts until it is to be said. */
  @Test
  void aPurgeThatEndsInWhatCannotEvenBeSaidEndsAllTheSame() throws Exception {
    try (BlockDevice device = open()) {
      write(device, 0, "GIVEN-UP");
      BlockingIo.discard(device, 0, EXTENT);
      assertThat(poolContains("GIVEN-UP")).isTrue();
      IoEnd end = new IoEnd();

      device.purge(
          (done, total) -> {
            throw new Unspeakable();
          },
          end);

      assertThat(end.failure().kind()).isEqualTo(BlockException.Kind.INTERNAL);
      BlockingIo.purge(device);
      assertThat(poolContains("GIVEN-UP")).isFalse();
    }
  }

  private static final class Unspeakable extends Error {

    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
      throw new OutOfMemoryError("simulated: no memory to say what failed");
    }
  }

  private BlockDevice open() throws Exception {
    return driver.open(VOLUME, AccessMode.READ_WRITE);
  }

  private static void write(BlockDevice device, long offset, String text) throws BlockException {
    BlockingIo.write(device, offset, block(text), Durability.VISIBLE);
  }

  private static ByteBuffer block(String text) {
    ByteBuffer block = ByteBuffer.allocateDirect(4096);
    block.put(text.getBytes(StandardCharsets.US_ASCII));
    return block.clear();
  }

  private boolean poolContains(String text) throws Exception {
    byte[] piece = new byte[EXTENT];
    try (InputStream content = Files.newInputStream(file)) {
      // What is searched for begins a block, so it lies within one piece.
      for (int read = content.readNBytes(piece, 0, EXTENT); read > 0; ) {
        if (new String(piece, 0, read, StandardCharsets.ISO_8859_1).contains(text)) {
          return true;
        }
        read = content.readNBytes(piece, 0, EXTENT);
      }
      return false;
    }
  }
}

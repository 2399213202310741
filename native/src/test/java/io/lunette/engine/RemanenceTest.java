/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The traps in which a tenant's bytes might stay behind, each against the device itself. */
class RemanenceTest {

  private static final int BLOCK = PoolLayout.BLOCK_BYTES;
  private static final int EXTENT = PoolLayout.EXTENT_BYTES;
  private static final int BLOCKS_PER_EXTENT = EXTENT / BLOCK;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final long VOLUME_BYTES = 80L << 20;
  private static final int CACHE_BYTES = 4 << 20;

  /** More than one batch of the scrubber. */
  private static final int FIRST_BATCH = 1024;

  private static final int SECOND_BATCH = 32;

  private static final Clock EARLIER =
      Clock.fixed(Instant.parse("2026-11-24T08:00:00Z"), ZoneOffset.UTC);
  private static final Clock LATER =
      Clock.fixed(Instant.parse("2026-11-24T09:30:00Z"), ZoneOffset.UTC);

  private PagedDevice raw;
  private HeldDevice device;

  @Test
  void whatAMergeLeftBehindIsScrubbed() throws Exception {
    try (EngineVolumeDriver driver = made(32L << 20)) {
      write(driver, 0, marked("lower", 0, 3 * BLOCKS_PER_EXTENT));
      VolumeName snapshot = new VolumeName("snapshot");
      driver.snapshot(VOLUME, snapshot);
      // Of the first extent more than half shows, of the second less, of the third all.
      write(driver, 0, marked("upper", 0, 5));
      write(driver, EXTENT, marked("upper", BLOCKS_PER_EXTENT, 12));

      driver.delete(snapshot);
      awaitOneLayer(driver);
      try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
        BlockingIo.purge(volume);
      }

      for (int block = 0; block < 3 * BLOCKS_PER_EXTENT; block++) {
        boolean isHidden =
            block < 5 || block >= BLOCKS_PER_EXTENT && block < BLOCKS_PER_EXTENT + 12;
        assertThat(RawBytes.occurrences(raw, mark("lower", block)))
            .as("what the snapshot held in block %d", block)
            .isEqualTo(isHidden ? 0 : 1);
        assertThat(RawBytes.occurrences(raw, mark("upper", block)))
            .as("what was written to block %d after it", block)
            .isEqualTo(isHidden ? 1 : 0);
      }

      assertThat(erase(driver).extents()).isEqualTo(3);
      assertNothingIsLeft(raw);
    }
  }

  @Test
  void aWriteInFlightAtTheReleaseIsNotLeftBehind() throws Exception {
    try (EngineVolumeDriver driver = made(32L << 20)) {
      BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE);
      device.holdLargeWrites();
      FutureTask<Void> writing =
          new FutureTask<>(
              () -> {
                writeOn(volume, 0, "in flight");
                return null;
              });
      new Thread(writing).start();
      device.awaitLargeWrite();
      FutureTask<EraseReport> release =
          new FutureTask<>(
              () -> {
                volume.close();
                return erase(driver);
              });
      Thread releaser = new Thread(release);
      releaser.start();
      while (releaser.getState() == Thread.State.RUNNABLE) {
        Thread.onSpinWait();
      }

      assertThat(release).isNotDone();
      assertThat(driver.find(VOLUME).orElseThrow().state()).isEqualTo(VolumeState.WRITABLE);
      device.releaseLargeWrites();

      writing.get(1, TimeUnit.MINUTES);
      assertThat(release.get(1, TimeUnit.MINUTES).extents()).isEqualTo(1);
      assertThatThrownBy(() -> writeOn(volume, EXTENT, "late"))
          .isInstanceOfSatisfying(
              BlockException.class, e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.GONE));
      assertThat(RawBytes.occurrences(raw, text("in flight"))).isZero();
      assertThat(RawBytes.occurrences(raw, text("late"))).isZero();
    }
  }

  @Test
  void aResumedEraseCountsEverythingOnce() throws Exception {
    PagedDevice crashed;
    EraseReport unbroken;
    try (EngineVolumeDriver driver = made(128L << 20)) {
      for (int extent = 0; extent < FIRST_BATCH; extent++) {
        write(driver, (long) extent * EXTENT, marked("lower", extent, 1));
      }
      long second = (long) FIRST_BATCH * EXTENT;
      write(driver, second, marked("upper", 0, SECOND_BATCH * BLOCKS_PER_EXTENT));
      device.holdLargeWrites();
      Job<EraseReport> job = driver.erase(VOLUME, EraseRequest.zeroFillVerified());
      device.awaitLargeWrite();
      while (job.progress().doneBytes() < second) {
        LockSupport.parkNanos(1_000_000);
      }

      crashed = raw.copy();

      device.releaseLargeWrites();
      unbroken = job.result().toCompletableFuture().get(1, TimeUnit.MINUTES);
    }
    assertThat(RawBytes.occurrences(crashed, text("lower"))).isZero();
    assertThat(RawBytes.occurrences(crashed, text("upper"))).isPositive();
    HeldDevice held = new HeldDevice(crashed);
    // Not those by which the opening scrubs what no volume owns.
    held.holdLargeWrites(offset -> holdsSecondBatch(crashed, offset));
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(held, LATER, CACHE_BYTES)) {
      Job<EraseReport> job = driver.erase(VOLUME, EraseRequest.zeroFillVerified());
      held.releaseLargeWrites();

      EraseReport report = job.result().toCompletableFuture().get(1, TimeUnit.MINUTES);

      long bytes = (long) FIRST_BATCH * BLOCK + (long) SECOND_BATCH * EXTENT;
      assertThat(report.extents()).isEqualTo(FIRST_BATCH + SECOND_BATCH);
      assertThat(report.erasedBytes()).isEqualTo(bytes).isEqualTo(unbroken.erasedBytes());
      assertThat(report.verifiedBytes()).isEqualTo(bytes);
      assertThat(report.started()).isEqualTo(EARLIER.instant());
      assertThat(report.ended()).isEqualTo(LATER.instant());
      assertNothingIsLeft(crashed);
    }
  }

  private static boolean holdsSecondBatch(PagedDevice device, long offset) {
    byte[] page = device.page((int) (offset / PagedDevice.PAGE));
    return new String(page, StandardCharsets.US_ASCII).startsWith("upper");
  }

  private EngineVolumeDriver made(long poolBytes) throws Exception {
    raw = new PagedDevice(poolBytes);
    device = new HeldDevice(raw);
    PoolState.format(raw, new UUID(8, 8));
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, EARLIER, CACHE_BYTES);
    driver.create(VOLUME, VOLUME_BYTES, BLOCK);
    return driver;
  }

  private static void assertNothingIsLeft(PagedDevice device) throws Exception {
    assertThat(RawBytes.occurrences(device, text("lower"))).isZero();
    assertThat(RawBytes.occurrences(device, text("upper"))).isZero();
  }

  private static void awaitOneLayer(EngineVolumeDriver driver) throws Exception {
    while (driver.chainLength(VOLUME) != 1) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static EraseReport erase(EngineVolumeDriver driver) throws Exception {
    return driver
        .erase(VOLUME, EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  private static void write(EngineVolumeDriver driver, long offset, ByteBuffer bytes)
      throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(volume, offset, bytes, Durability.VISIBLE);
    }
  }

  private static void writeOn(BlockDevice volume, long offset, String name) throws Exception {
    BlockingIo.write(volume, offset, marked(name, 0, BLOCKS_PER_EXTENT), Durability.VISIBLE);
  }

  /** Blocks each of which begins with a mark of its own. */
  private static ByteBuffer marked(String name, int first, int blocks) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(blocks * BLOCK);
    for (int block = 0; block < blocks; block++) {
      bytes.put(block * BLOCK, mark(name, first + block));
    }
    return bytes;
  }

  private static byte[] mark(String name, int block) {
    return text(name + " block " + block + ";");
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

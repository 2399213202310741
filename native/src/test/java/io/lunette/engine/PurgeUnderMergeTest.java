/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A volume is purged whose deleted snapshot has left a layer that is not merged yet. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PurgeUnderMergeTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName SNAPSHOT = new VolumeName("snapshot");
  private static final int OLD = 0x01DDA7A;
  private static final int NEW = 0x2E3DA7A;

  private final FailingDevice device = new FailingDevice(64L << 20);
  private Pool pool;
  private Volume volume;

  @BeforeEach
  void snapshotAVolumeAndOverwriteIt() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    pool = Pool.open(device, Clock.systemUTC(), 4 << 20, KeyVault.none());
    new VolumeMaker(pool).create(VOLUME, 1 << 20, PoolLayout.BLOCK_BYTES, KeyWish.INHERITED);
    volume = pool.metadata.chains.volume(VOLUME.value());
    write(0, OLD);
    write(PoolLayout.BLOCK_BYTES, OLD + 1);
    pool.lineage.snapshot(VOLUME, SNAPSHOT);
    write(0, NEW);
  }

  @AfterEach
  void closePool() throws Exception {
    pool.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @Test
  void whatIsHiddenInThatLayerIsGoneToo() throws Exception {
    // A merge waits for whoever writes to the volume.
    volume.writers.readLock().lock();
    CompletableFuture<Void> purged;
    try {
      deleteSnapshot();
      purged = purge();
      while (!purged.isDone() && !scrubberWaitsForMerges()) {
        Thread.onSpinWait();
      }
    } finally {
      volume.writers.readLock().unlock();
    }

    purged.get();
    assertThat(device.placeOf(OLD)).isEqualTo(-1);
    assertThat(device.placeOf(OLD + 1)).as("what the volume still shows").isPositive();
    assertThat(device.placeOf(NEW)).isPositive();
  }

  @Test
  void whereItCannotBeMergedThePurgeFails() throws Exception {
    long copied = MapEntry.extent(volume.top.map.get(0)) * PoolLayout.EXTENT_BYTES;
    device.failWrites(FailingDevice.at(copied + PoolLayout.BLOCK_BYTES));
    deleteSnapshot();

    assertThat(purge())
        .failsWithin(1, TimeUnit.MINUTES)
        .withThrowableOfType(ExecutionException.class)
        .havingCause()
        .isInstanceOfSatisfying(
            BlockException.class,
            e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.MEDIUM_WRITE))
        .withMessageContaining("could not be merged");
    device.heal();
  }

  private void deleteSnapshot() throws Exception {
    assertThat(new VolumeTable(pool).delete(SNAPSHOT)).isTrue();
  }

  private CompletableFuture<Void> purge() {
    CompletableFuture<Void> purged = new CompletableFuture<>();
    pool.scrubber.purge(
        volume.id,
        (done, total) -> {},
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
    return purged;
  }

  private static boolean scrubberWaitsForMerges() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> entry.getKey().getName().equals("lunette-scrub"))
        .map(Map.Entry::getValue)
        .flatMap(Arrays::stream)
        .anyMatch(frame -> frame.getMethodName().equals("nextBesidePurges"));
  }

  private void write(long offset, int number) throws Exception {
    try (BlockDevice open = new VolumeTable(pool).open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, number);
      BlockingIo.write(open, offset, block, Durability.DURABLE);
    }
  }
}

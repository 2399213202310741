/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Volumes whose erase has failed: what the next erase says of them, and how they go. */
class QuarantineTest {

  private static final int BLOCK = PoolLayout.BLOCK_BYTES;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName OTHER = new VolumeName("other");
  private static final int FIRST = 0x11C0FFEE;
  private static final int SECOND = 0x22C0FFEE;

  private final FailingDevice device = new FailingDevice(64L << 20);
  private final MemoryVault vault = new MemoryVault();
  private Pool pool;

  @BeforeEach
  void quarantineAVolumeWithAKey() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    open();
    VolumeMaker maker = new VolumeMaker(pool);
    maker.create(VOLUME, 1 << 20, BLOCK, KeyWish.DEMANDED);
    maker.create(OTHER, 1 << 20, BLOCK, KeyWish.INHERITED);
    write(VOLUME, FIRST);
    write(OTHER, SECOND);
    Layer layer = pool.metadata.chains.volume(VOLUME.value()).top;
    long place = MapEntry.extent(layer.map.get(0)) * PoolLayout.EXTENT_BYTES;
    device.failWrites(FailingDevice.at(place));
    assertThatThrownBy(() -> erase(VOLUME)).isInstanceOf(ExecutionException.class);
    device.heal();
  }

  @AfterEach
  void closePool() throws Exception {
    pool.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @Test
  void theEraseAfterARestartReportsAllThatItErases() throws Exception {
    reopen();
    assertThat(stateOf(VOLUME)).isEqualTo(VolumeSlot.State.QUARANTINED);
    // What was released before it is queued before it.
    assertThat(erase(OTHER).erasedBytes()).isEqualTo(BLOCK);

    EraseReport report = erase(VOLUME);

    assertThat(report.verifiedBytes()).isEqualTo(report.erasedBytes()).isEqualTo(BLOCK);
    assertThat(stateOf(VOLUME)).isEqualTo(VolumeSlot.State.WRITABLE);
    assertThat(dirtyExtents()).isZero();
  }

  @Test
  void theEraseEndsWhereNothingIsLeftToErase() throws Exception {
    IoEnd purged = new IoEnd();
    pool.scrubber.purge(
        pool.metadata.chains.volume(VOLUME.value()).id, (done, total) -> {}, purged);
    assertThat(purged.failure()).isNull();
    assertThat(stateOf(VOLUME)).isEqualTo(VolumeSlot.State.QUARANTINED);

    assertThat(erase(VOLUME).erasedBytes()).isZero();

    write(VOLUME, FIRST);
    assertThat(erase(VOLUME).erasedBytes()).isEqualTo(BLOCK);
  }

  @Test
  void whatIsDeletedIsScrubbed() throws Exception {
    assertThat(new VolumeTable(pool).delete(VOLUME)).isTrue();

    assertThat(erase(OTHER).erasedBytes()).isEqualTo(BLOCK);
    assertThat(dirtyExtents()).isZero();
  }

  @Test
  void whatIsDeletedAfterARestartIsScrubbed() throws Exception {
    reopen();
    assertThat(new VolumeTable(pool).delete(VOLUME)).isTrue();

    assertThat(erase(OTHER).erasedBytes()).isEqualTo(BLOCK);
    assertThat(dirtyExtents()).isZero();
  }

  private void open() throws Exception {
    pool = Pool.open(device, Clock.systemUTC(), 4 << 20, vault);
  }

  private void reopen() throws Exception {
    pool.close();
    open();
  }

  private VolumeSlot.State stateOf(VolumeName name) {
    return pool.metadata.chains.volume(name.value()).slot.state();
  }

  private long dirtyExtents() {
    return pool.metadata.chains.layers().stream()
        .filter(layer -> layer.slot.state() == LayerSlot.State.RELEASED)
        .mapToLong(layer -> layer.ownedExtents + layer.droppedExtents)
        .sum();
  }

  private EraseReport erase(VolumeName name) throws Exception {
    EraseJob job = pool.lineage.erase(name, EraseRequest.zeroFillVerified());
    return job.result.get(1, TimeUnit.MINUTES);
  }

  private void write(VolumeName name, int number) throws Exception {
    try (BlockDevice volume = new VolumeTable(pool).open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, number);
      BlockingIo.write(volume, 0, block, Durability.DURABLE);
    }
  }
}

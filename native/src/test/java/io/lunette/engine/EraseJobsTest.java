/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.VolumeSlot;
import io.lunette.engine.key.KeyVault;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an erase that is under way notes of itself. */
class EraseJobsTest {

  private final PagedDevice device = new PagedDevice(64L << 20);

  @BeforeEach
  void makeVolume() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20)) {
      driver.create(new VolumeName("volume"), 1 << 20);
    }
  }

  /** Whoever noted it: nothing is overwritten before. */
  @Test
  void thatSomeIsLeftElsewhereIsDurableWhenMoreOfItIsFound() throws Exception {
    try (Pool pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none())) {
      EraseJobs erases = new EraseJobs(pool);
      Volume volume = pool.metadata.chains.volumes().iterator().next();
      pool.metadata.lock.lock();
      begin(pool, volume);
      pool.metadata.lock.unlock();
      pool.log.commit();

      pool.metadata.lock.lock();
      erases.count(batch(volume.top), 0, true);
      final long noted = pool.metadata.commit();
      pool.metadata.lock.unlock();
      assertThat(pool.log.durableCommit()).isLessThan(noted);
      erases.leavesElsewhere(volume.top);

      assertThat(pool.log.durableCommit()).isGreaterThanOrEqualTo(noted);
    }
  }

  /** As where an opening found no space for the checkpoint that would have made it so. */
  @Test
  void soItIsWhereAllWereDistrusted() throws Exception {
    try (Pool pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none())) {
      EraseJobs erases = new EraseJobs(pool);

      pool.metadata.lock.lock();
      erases.distrustAll();
      final long noted = pool.metadata.commit();
      pool.metadata.lock.unlock();
      assertThat(pool.log.durableCommit()).isLessThan(noted);
      erases.leavesElsewhere(pool.metadata.chains.layer(Layer.ORPHANS));

      assertThat(pool.log.durableCommit()).isGreaterThanOrEqualTo(noted);
    }
  }

  private static void begin(Pool pool, Volume volume) throws Exception {
    VolumeSlot.Erase erase =
        EraseTerms.begin(
            EraseRequest.zeroFillVerified(), volume.top.id, 1, 0, VolumeSlot.Erase.NONE);
    pool.metadata.chains.update(
        volume, volume.slot.erasing(VolumeSlot.State.ERASING, erase), volume.top);
  }

  private static ScrubBatch batch(Layer layer) {
    return new ScrubBatch(
        layer, layer.map, List.of(), List.of(), List.of(), EraseRequest.zeroFillVerified(), -1);
  }
}

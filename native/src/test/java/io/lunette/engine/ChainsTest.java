/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What chains are asked for often is what a look at all layers would find. */
class ChainsTest {

  private static final long EXTENT = PoolLayout.EXTENT_BYTES;
  private static final int EXTENTS = 16;

  private final List<VolumeName> volumes = new ArrayList<>();
  private int named;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void indexesHoldWhatALookAtAllLayersFinds(long seed) throws Exception {
    PagedDevice device = new PagedDevice(64L << 20);
    PoolState.format(device, new UUID(7, seed));
    Random random = new Random(seed);
    for (int life = 0; life < 3; life++) {
      Pool pool = Pool.open(device, Clock.systemUTC(), 4 << 20, KeyVault.none());
      try {
        requireTrue(pool);
        for (int step = 0; step < 40; step++) {
          step(pool, random);
          requireTrue(pool);
        }
        pool.log.commit();
      } finally {
        pool.abandon();
      }
    }
  }

  private void step(Pool pool, Random random) throws Exception {
    VolumeTable table = new VolumeTable(pool);
    int kind = volumes.isEmpty() ? 0 : random.nextInt(6);
    VolumeName volume = volumes.isEmpty() ? null : volumes.get(random.nextInt(volumes.size()));
    switch (kind) {
      case 0 -> {
        VolumeName made = new VolumeName("v" + named++);
        new VolumeMaker(pool)
            .create(made, EXTENTS * EXTENT, PoolLayout.BLOCK_BYTES, KeyWish.INHERITED);
        volumes.add(made);
      }
      case 1 -> pool.lineage.snapshot(volume, new VolumeName("s" + named++));
      case 2 -> {
        table.delete(volume);
        volumes.remove(volume);
      }
      default -> {
        try (BlockDevice device = table.open(volume, AccessMode.READ_WRITE)) {
          long at = random.nextInt(EXTENTS) * EXTENT;
          if (kind == 3) {
            BlockingIo.discard(device, at, EXTENT);
          } else {
            ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, 1);
            BlockingIo.write(device, at, block, Durability.VISIBLE);
          }
        }
      }
    }
  }

  private static void requireTrue(Pool pool) {
    pool.metadata.lock.lock();
    try {
      Chains chains = pool.metadata.chains;
      assertThat(Set.copyOf(chains.dropping()))
          .isEqualTo(
              chains.layers().stream()
                  .filter(layer -> layer.droppedExtents > 0)
                  .collect(Collectors.toSet()));
      Set<Long> writers =
          chains.layers().stream().map(layer -> layer.slot.volume()).collect(Collectors.toSet());
      for (long writer : writers) {
        assertThat(Set.copyOf(chains.released(writer)))
            .isEqualTo(
                chains.layers().stream()
                    .filter(layer -> layer.slot.volume() == writer)
                    .filter(layer -> layer.slot.state() == LayerSlot.State.RELEASED)
                    .collect(Collectors.toSet()));
      }
    } finally {
      pool.metadata.lock.unlock();
    }
  }
}

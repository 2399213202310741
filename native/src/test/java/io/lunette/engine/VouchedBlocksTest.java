/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static io.lunette.engine.StampedWrites.BLOCK;
import static io.lunette.engine.StampedWrites.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.journal.BlockSums;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** For how long a commit vouches for the blocks of durable first writes, and for how many. */
class VouchedBlocksTest {

  /** The most that one write has summed. */
  private static final int PIECE_BLOCKS = 32;

  private static final double[] KEPT = {0, 0.5, 0.9, 1};

  private RecordingDevice device;
  private Pool pool;
  private Layer top;
  private VolumeIo io;

  @BeforeEach
  void openVolume() throws Exception {
    PagedDevice empty = new PagedDevice(CrashLife.POOL_BYTES);
    CrashLife.format(empty, 1);
    device = new RecordingDevice(empty);
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20)) {
      driver.create(VOLUME, 4 << 20);
    }
    pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
    top = pool.metadata.chains.volume(VOLUME.value()).top;
    io = new VolumeIo(pool.path);
  }

  @AfterEach
  void closePool() throws Exception {
    pool.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @Test
  void asManyAsAGroupHasAreVouchedForUntilTheNextOne() throws Exception {
    write(0, BlockSums.MAX);
    assertThat(vouched(BlockSums.MAX)).isEqualTo(BlockSums.MAX);

    pool.log.commit();

    assertThat(vouched(BlockSums.MAX)).isEqualTo(BlockSums.MAX);
    requireDurable(BlockSums.MAX);
    pool.log.commitAnother();
    assertThat(vouched(BlockSums.MAX)).isZero();
    requireDurable(BlockSums.MAX);
  }

  @Test
  void forOneMoreTheDataIsFlushedBeforeTheGroup() throws Exception {
    write(0, BlockSums.MAX + 1);
    int before = device.calls();

    pool.log.commit();

    assertThat(vouched(BlockSums.MAX + 1)).isZero();
    requireDurable(BlockSums.MAX + 1);
    Random coin = new Random(1);
    RecordingDevice.Crashes crashes = device.crashes();
    while (crashes.advance()) {
      for (double kept : crashes.at() > before ? KEPT : new double[0]) {
        PagedDevice image = crashes.image(coin, kept);
        assertThat(there(image, BlockSums.MAX + 1))
            .as("crash after call %d", crashes.at())
            .isIn(0, BlockSums.MAX + 1);
      }
    }
  }

  @Test
  void anOverwriteOfWhatIsStillToBeVouchedForHasTheCommitFlushFirst() throws Exception {
    write(0, PIECE_BLOCKS);

    write(0, 1);

    pool.log.commit();
    assertThat(vouched(PIECE_BLOCKS)).isZero();
    requireDurable(PIECE_BLOCKS);
  }

  @Test
  void anOverwriteOfWhatIsVouchedForHasAnotherGroupBeforeIt() throws Exception {
    write(0, PIECE_BLOCKS);
    pool.log.commit();

    write(0, 1);

    assertThat(vouched(PIECE_BLOCKS)).isZero();
    requireDurable(PIECE_BLOCKS);
  }

  @Test
  void whatACheckpointKnowsIsVouchedForAsLongAsTheSuperblockBeforeLeadsToIt() throws Exception {
    // Till there are pages for one more: taking some would be something to commit.
    for (int round = 1; round <= 4; round++) {
      write(round * PIECE_BLOCKS, 1);
      pool.log.checkpoint();
    }
    write(0, PIECE_BLOCKS);
    pool.log.commit();
    pool.log.checkpoint();
    assertThat(vouched(PIECE_BLOCKS)).as("no group went before it").isEqualTo(PIECE_BLOCKS);

    write(0, 1);

    assertThat(vouched(PIECE_BLOCKS)).isZero();
    PagedDevice left = durable();
    assertThat(LostSuperblock.newestOfTwo(left)).isTrue();
    assertThat(there(left, PIECE_BLOCKS)).isEqualTo(PIECE_BLOCKS);
  }

  /** Writes their numbers to blocks, which must be durable with the next commit. */
  private void write(int first, int count) throws Exception {
    for (int at = first; at < first + count; at += PIECE_BLOCKS) {
      int blocks = Math.min(PIECE_BLOCKS, first + count - at);
      ByteBuffer bytes = ByteBuffer.allocateDirect(blocks * BLOCK);
      for (int i = 0; i < blocks; i++) {
        bytes.putInt(i * BLOCK, at + i + 1);
      }
      io.write(top, (long) at * BLOCK, bytes, Durability.DURABLE);
    }
  }

  /** How many of the first so many blocks nobody may overwrite. */
  private int vouched(int blocks) throws Exception {
    int vouched = 0;
    for (int i = 0; i < blocks; i++) {
      long extent = MapEntry.extent(top.map.get(i / PoolLayout.BLOCKS_PER_EXTENT));
      long place =
          extent * PoolLayout.EXTENT_BYTES + (long) (i % PoolLayout.BLOCKS_PER_EXTENT) * BLOCK;
      vouched += pool.metadata.vouched.touches(place, BLOCK) ? 1 : 0;
    }
    return vouched;
  }

  private void requireDurable(int blocks) throws Exception {
    assertThat(there(durable(), blocks)).isEqualTo(blocks);
  }

  /** What is left if the power goes now and takes all that is not durable. */
  private PagedDevice durable() {
    RecordingDevice.Crashes crashes = device.crashes();
    while (crashes.advance()) {
      assertThat(crashes.at()).isPositive();
    }
    return crashes.image(new Random(1), 0);
  }

  /** How many of the first so many blocks hold what was written, when the pool is opened. */
  private static int there(PagedDevice image, int blocks) throws Exception {
    EngineVolumeDriver driver = EngineVolumeDriver.open(image, Clock.systemUTC(), 1 << 20);
    try {
      ByteBuffer content = ByteBuffer.allocateDirect(blocks * BLOCK);
      BlockingIo.read(driver.open(VOLUME, AccessMode.READ_ONLY), 0, content);
      int there = 0;
      for (int i = 0; i < blocks; i++) {
        there += content.getInt(i * BLOCK) == i + 1 ? 1 : 0;
      }
      return there;
    } finally {
      driver.abandon();
    }
  }
}

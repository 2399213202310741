/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.journal.JournalReader;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The last commit is taken for torn after extents that it reserved were dealt and written. */
class LostLastCommitTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int BLOCK = PoolLayout.BLOCK_BYTES;

  /** So many that the commit which makes them durable reserves for those to come. */
  private static final int DURABLE = 36;

  /** More than had been reserved before it, fewer than would reserve more. */
  private static final int VISIBLE = 60;

  private static final int MARK = 0x5EC2E7;

  @Test
  void noExtentIsCalledCleanThatIsNotZero() throws Exception {
    requireNothingLeft(withDamagedCommit());
  }

  @Test
  void soItIsAfterARepairThatDropsTheCommit() throws Exception {
    PagedDevice left = withDamagedCommit();

    assertThat(PoolRepair.repair(left).fixed()).anyMatch(line -> line.endsWith("is dropped"));

    requireNothingLeft(left);
  }

  @Test
  void itIsNamedAsItIsDropped() throws Exception {
    PagedDevice left = withDamagedCommit();
    try (CapturedLog log = new CapturedLog(JournalReader.class)) {
      open(left).close();

      assertThat(log.lines(Level.WARN))
          .singleElement()
          .asString()
          .containsPattern("position \\d+, frame \\d+, is dropped");
    }
  }

  private static void requireNothingLeft(PagedDevice left) throws Exception {
    Pool pool = open(left);
    assertThat(pool.metadata.chains.volume(VOLUME.value()).top.ownedExtents).isZero();
    requireCleanIsZero(left, pool.metadata.space);
    pool.close();
    assertThat(PoolCheck.check(left).problems()).isEmpty();
  }

  /** A pool as a crash left it, whose last commit happened and cannot be told from one torn. */
  private static PagedDevice withDamagedCommit() throws Exception {
    FailingDevice device = new FailingDevice(64L << 20);
    PoolState.format(device, new UUID(1, 2));
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20)) {
      driver.create(VOLUME, 16 << 20);
    }
    Pool pool = open(device);
    write(pool, 0, DURABLE, Durability.DURABLE);
    long reserved = pool.metadata.space.reservedExtents();
    pool.log.commit();
    assertThat(pool.metadata.space.reservedExtents()).isGreaterThan(reserved);
    assertThat(pool.metadata.vouched.isAnyDurable()).isTrue();
    write(pool, DURABLE, VISIBLE, Durability.VISIBLE);
    PagedDevice left = device.copy();
    pool.abandon();
    // The medium damages a block that the commit vouches for.
    left.flip(device.placeOf(MARK) * Byte.SIZE);
    return left;
  }

  private static Pool open(PagedDevice device) throws Exception {
    return Pool.open(device, Clock.systemUTC(), 8 << 20, KeyVault.none());
  }

  /** A block to each of so many extents. */
  private static void write(Pool pool, int first, int count, Durability durability)
      throws Exception {
    Layer top = pool.metadata.chains.volume(VOLUME.value()).top;
    VolumeIo io = new VolumeIo(pool.path);
    for (int extent = first; extent < first + count; extent++) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, MARK + extent);
      io.write(top, (long) extent * PoolLayout.EXTENT_BYTES, block, durability);
    }
  }

  private static void requireCleanIsZero(PagedDevice device, SpaceMap space) throws Exception {
    for (int extent = (int) space.firstExtent; extent < space.capacityExtents(); extent++) {
      boolean isClean = (space.spaceWord(extent >>> 6) >>> extent & 1) == 0;
      for (int page = 0; isClean && page < PoolLayout.PAGES_PER_EXTENT; page++) {
        assertThat(device.isZero(extent * PoolLayout.PAGES_PER_EXTENT + page))
            .as("page %d of CLEAN extent %d is zero", page, extent)
            .isTrue();
      }
    }
  }
}

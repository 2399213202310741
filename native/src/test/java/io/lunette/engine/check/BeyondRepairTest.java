/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static io.lunette.engine.check.OnDisk.LAYERS;
import static io.lunette.engine.check.OnDisk.MAP;
import static io.lunette.engine.check.RepairAssert.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.volume.VolumeException;
import io.lunette.engine.format.PoolLayout;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Breaks what nothing else tells the content of: a repair writes nothing, and says what is lost.
 */
class BeyondRepairTest {

  @TempDir Path directory;

  private PoolAtRest pool;

  @BeforeEach
  void workOnAPool() throws Exception {
    pool = PoolAtRest.create(directory.resolve("pool"));
    pool.work();
  }

  @Test
  void twoDamagedSuperblocksAreBeyondRepair() throws Exception {
    pool.flip(100);
    pool.flip(PoolLayout.EXTENT_BYTES + 100);

    assertRefused(pool);
  }

  @Test
  void aSuperblockOfALaterReleaseIsNeverWrittenOver() throws Exception {
    pool.flip(100);
    long sound = PoolLayout.EXTENT_BYTES;
    setVersion(sound);

    String before = pool.digest();

    assertThatThrownBy(() -> PoolRepair.repair(pool.file()))
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("not known to this release");
    assertThat(pool.digest()).isEqualTo(before);
  }

  @Test
  void aPageAndACopyThatDifferAndAreOfOneCheckpointAreBeyondRepair() throws Exception {
    PoolAtRest.Page page = pool.newestLeaf(LAYERS, 0);
    pool.rewriteWordAt(page.copyOffset(), 30, 77);

    assertThat(assertRefused(pool).problems())
        .anySatisfy(problem -> assertThat(problem.what()).endsWith("and its copy differ"));
  }

  @Test
  void aDamagedMapSaysWhichBytesOfWhichVolumesAreLost() throws Exception {
    PoolDump.VolumeView clone = pool.volume("clone");
    PoolAtRest.Page leaf = pool.newestLeaf(MAP, clone.layer());
    pool.flipBoth(leaf, 70);

    assertThat(assertRefused(pool).problems())
        .anySatisfy(
            problem ->
                assertThat(problem.what())
                    .endsWith("bytes 0 to " + (504L * 65536 - 1) + " of volume clone"));
  }

  @Test
  void aDamagedCommitBeforeSoundOnesIsBeyondRepair() throws Exception {
    pool = new PoolAtRest(pool.leftOpen(directory.resolve("left")));
    PoolDump.JournalView journal = PoolDump.read(pool.file(), false).journal();
    pool.flip(PoolAtRest.JOURNAL + journal.fromPosition() % PoolAtRest.JOURNAL_BYTES + 70);

    assertRefused(pool);
  }

  @Test
  void anExtentWithTwoOwnersIsBeyondRepair() throws Exception {
    PoolDump.LayerView victim = pool.layer(pool.volume("image").layer());
    PoolDump.LayerView thief = pool.layer(pool.volume("clone").layer());

    pool.rewriteMapWord(
        thief.id(),
        thief.map().get(0).logicalExtent(),
        victim.map().get(0).extent() << 16 | 0xFFFF);

    assertRefused(pool);
  }

  @Test
  void aMapEntryOutsideOfThePoolIsBeyondRepairAndSaysWhatIsLost() throws Exception {
    PoolDump.LayerView layer = pool.layer(pool.volume("clone").layer());
    long logical = layer.map().get(0).logicalExtent();
    pool.rewriteMapWord(layer.id(), logical, 99_999_999L << 16 | 1);

    assertThat(assertRefused(pool).problems())
        .anyMatch(
            problem ->
                problem.what().contains("bytes " + logical * 65536 + " to ")
                    && problem.what().contains(" of volume clone"));
  }

  @Test
  void aTruncatedPoolIsBeyondRepair() throws Exception {
    try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "rw")) {
      open.setLength(6 << 20);
    }

    assertRefused(pool);
  }

  /** A sound superblock of a version that is not ours. */
  private void setVersion(long offset) throws Exception {
    byte[] page = new byte[PoolLayout.PAGE_BYTES];
    try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "rw")) {
      open.seek(offset);
      open.readFully(page);
      ByteBuffer superblock = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
      superblock.putInt(8, 2).putInt(12, 0);
      CRC32C crc = new CRC32C();
      crc.update(page);
      superblock.putInt(12, (int) crc.getValue());
      open.seek(offset);
      open.write(page);
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool of before pages had copies is sound, is used as ever, and gets copies by and by. */
class CopylessPoolTest {

  @TempDir Path directory;
  private PoolAtRest pool;

  @BeforeEach
  void makePoolWithoutCopies() throws Exception {
    pool = PoolAtRest.create(directory.resolve("pool"));
    pool.work();
    for (PoolAtRest.Page page : pool.pages()) {
      change(page.offset(), 4, bytes -> bytes.putInt(44, 0));
      put(page.copyOffset(), new byte[PoolLayout.PAGE_BYTES]);
    }
    for (long superblock : new long[] {0, PoolLayout.EXTENT_BYTES}) {
      change(superblock, 12, bytes -> bytes.putLong(16, 0));
    }
  }

  @Test
  void theCheckMissesNothing() throws Exception {
    assertThat(PoolCheck.check(pool.file()).problems()).isEmpty();
  }

  @Test
  void whatIsWrittenFromNowOnHasCopies() throws Exception {
    Map<String, byte[]> before = pool.contents();

    try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool.file(), Clock.systemUTC())) {
      driver.create(new VolumeName("late"), 8 << 20);
    }

    PoolAtRest.Page volumes = pool.newestLeaf(1, 0);
    pool.flip(volumes.offset() + 70);
    assertThat(pool.contents())
        .containsKey("late")
        .containsKeys(before.keySet().toArray(new String[0]));
    for (long superblock : new long[] {0, PoolLayout.EXTENT_BYTES}) {
      assertThat(page(superblock).getLong(16)).isEqualTo(Superblock.COPIES | Superblock.SUMS);
    }
  }

  @Test
  void aDamagedPageIsNamedAsEver() throws Exception {
    PoolAtRest.Page volumes = pool.newestLeaf(1, 0);
    pool.flip(volumes.offset() + 70);

    assertThat(PoolCheck.check(pool.file()).problems())
        .anySatisfy(
            problem -> {
              assertThat(problem.place()).startsWith("page " + volumes.number() + " of VOLUMES");
              assertThat(problem.isRepairable()).isFalse();
            });
  }

  private interface Change {
    void on(ByteBuffer page);
  }

  private void change(long offset, int checksum, Change change) throws Exception {
    ByteBuffer page = page(offset);
    change.on(page);
    page.putInt(checksum, 0);
    CRC32C crc = new CRC32C();
    crc.update(page.array(), 0, page.capacity());
    page.putInt(checksum, (int) crc.getValue());
    put(offset, page.array());
  }

  private ByteBuffer page(long offset) throws Exception {
    byte[] page = new byte[PoolLayout.PAGE_BYTES];
    try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "r")) {
      open.seek(offset);
      open.readFully(page);
    }
    return ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void put(long offset, byte[] bytes) throws Exception {
    try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "rw")) {
      open.seek(offset);
      open.write(bytes);
    }
  }
}

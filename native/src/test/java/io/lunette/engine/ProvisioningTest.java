/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.ProvisioningRun;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.TreePage;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a volume says of where it has something. */
class ProvisioningTest {

  private static final int BLOCK = 4096;
  private static final VolumeName IMAGE = new VolumeName("image");

  private EngineVolumeDriver driver;

  @BeforeEach
  void openPool() throws Exception {
    PagedDevice device = new PagedDevice(64L << 20);
    PoolState.format(device, new UUID(7, 7));
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void runsOfACloneSayWhatEachOfTheirBlocksDoes(int clones) throws Exception {
    Random random = new Random(11);
    int blocks = 16 * TreePage.WORDS + 1003;
    BitSet expected = new BitSet();
    driver.create(IMAGE, (long) blocks * BLOCK);
    change(IMAGE, random, blocks, expected);
    VolumeName top = IMAGE;
    for (int i = 1; i <= clones; i++) {
      VolumeName next = new VolumeName("clone-" + i);
      driver.seal(top);
      driver.clone(top, List.of(next));
      change(next, random, blocks, expected);
      top = next;
    }

    BitSet found = new BitSet();
    BitSet single = new BitSet();
    try (BlockDevice clone = driver.open(top, AccessMode.READ_ONLY)) {
      for (int block = 0; block < blocks; ) {
        ProvisioningRun run = clone.provisioning((long) block * BLOCK);
        int end = block + (int) (run.lengthBytes() / BLOCK);
        found.set(block, end, run.mapped());
        block = end;
        assertThat(run.lengthBytes()).isPositive();
      }
      for (int block = 0; block < blocks; block++) {
        single.set(block, clone.provisioning((long) block * BLOCK).mapped());
      }
    }

    assertThat(found).isEqualTo(single);
    // Zeroes that came to lie among what was written take space, and no more than that.
    expected.andNot(found);
    assertThat(expected).isEqualTo(new BitSet());
  }

  @Test
  void aHoleIsOneRunHoweverLarge() throws Exception {
    long size = 100L << 40;
    driver.create(IMAGE, size);
    try (BlockDevice image = driver.open(IMAGE, AccessMode.READ_WRITE)) {
      assertThat(image.provisioning(BLOCK))
          .isEqualTo(new ProvisioningRun(BLOCK, size - BLOCK, false));

      BlockingIo.write(
          image, size - 2 * BLOCK, ByteBuffer.allocateDirect(BLOCK), Durability.VISIBLE);

      assertThat(image.provisioning(0)).isEqualTo(new ProvisioningRun(0, size - 2 * BLOCK, false));
      assertThat(image.provisioning(size - 2 * BLOCK).lengthBytes()).isEqualTo(BLOCK);
    }
  }

  /** Writes and discards runs of blocks, and keeps the books of them. */
  private void change(VolumeName name, Random random, int blocks, BitSet books) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      for (int i = 0; i < 40; i++) {
        int from = random.nextInt(blocks);
        int count = 1 + random.nextInt(Math.min(60, blocks - from));
        if (random.nextBoolean()) {
          ByteBuffer content = ByteBuffer.allocateDirect(count * BLOCK);
          while (content.hasRemaining()) {
            content.put((byte) 1);
          }
          BlockingIo.write(volume, (long) from * BLOCK, content.flip(), Durability.VISIBLE);
          books.set(from, from + count);
        } else {
          int first = (from + 15) / 16 * 16;
          int end = (from + count) / 16 * 16;
          if (first < end) {
            BlockingIo.discard(volume, (long) first * BLOCK, (end - first) * (long) BLOCK);
            books.clear(first, end);
          }
        }
      }
    }
  }
}

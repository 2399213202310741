/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class StampTest {

  private static final int LOGICAL = 512;
  private static final int BLOCKS = 2;

  private final Stamp stamp = new Stamp(77, LOGICAL);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCKS * LOGICAL);

  @Test
  void whatWasWrittenIsFoundSound() {
    stamp.fill(buffer, 1000, BLOCKS, 3);

    assertThat(stamp.findDamage(buffer, 1000, BLOCKS, 3)).isEmpty();
  }

  @Test
  void everyByteCounts() {
    for (int at = 0; at < BLOCKS * LOGICAL; at++) {
      stamp.fill(buffer, 1000, BLOCKS, 3);
      buffer.put(at, (byte) (buffer.get(at) ^ 0x10));

      assertThat(stamp.findDamage(buffer, 1000, BLOCKS, 3)).as("byte %d", at).isPresent();
    }
  }

  @Test
  void aWrongByteIsNamed() {
    stamp.fill(buffer, 1000, BLOCKS, 3);
    buffer.put(LOGICAL + 100, (byte) (buffer.get(LOGICAL + 100) ^ 1));

    assertThat(stamp.findDamage(buffer, 1000, BLOCKS, 3))
        .hasValue("LBA 1001, generation 3, byte 100 is wrong");
  }

  @Test
  void anOldGenerationIsNamed() {
    stamp.fill(buffer, 1000, BLOCKS, 2);

    assertThat(stamp.findDamage(buffer, 1000, BLOCKS, 3))
        .hasValue("LBA 1000 holds LBA 1000 of generation 2, not generation 3");
  }

  @Test
  void aBlockOfElsewhereIsNamed() {
    stamp.fill(buffer, 500, BLOCKS, 3);

    assertThat(stamp.findDamage(buffer, 1000, BLOCKS, 3))
        .hasValue("LBA 1000 holds LBA 500 of generation 3, not generation 3");
  }

  @Test
  void whatAnotherRunLeftIsNotOurs() {
    new Stamp(78, LOGICAL).fill(buffer, 1000, BLOCKS, 3);

    assertThat(stamp.findDamage(buffer, 1000, BLOCKS, 3))
        .hasValue("LBA 1000 holds no block of this run, not generation 3");
  }

  @Test
  void twoBlocksOfOneWriteHaveNothingInCommonBehindTheirHeads() {
    stamp.fill(buffer, 1000, BLOCKS, 3);

    for (int at = 24; at < LOGICAL; at += Long.BYTES) {
      assertThat(buffer.getLong(at)).isNotEqualTo(buffer.getLong(LOGICAL + at));
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class AlignedBufferPoolTest {

  private static final int BYTES = 8192;

  private final AlignedBufferPool pool = new AlignedBufferPool(BYTES, 2);

  @Test
  void whatWasGivenBackIsTakenAgainClearedAndWithItsOrder() {
    ByteBuffer first = pool.take();
    pool.give(first.limit(5).position(3));

    ByteBuffer again = pool.take();

    assertThat(again).isSameAs(first);
    assertThat(again.position()).isZero();
    assertThat(again.limit()).isEqualTo(BYTES);
    assertThat(again.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void noTwoHaveTheSameAndNoMoreAreKeptThanWasSaid() {
    ByteBuffer[] taken = {pool.take(), pool.take(), pool.take()};
    assertThat(taken[0]).isNotSameAs(taken[1]).isNotSameAs(taken[2]);
    assertThat(taken[1]).isNotSameAs(taken[2]);
    for (ByteBuffer buffer : taken) {
      assertThat(buffer.alignmentOffset(0, AlignedBuffers.ALIGNMENT)).isZero();
      pool.give(buffer);
    }

    assertThat(pool.take()).isSameAs(taken[0]);
    assertThat(pool.take()).isSameAs(taken[1]);
    assertThat(pool.take()).isNotSameAs(taken[2]);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** The guard of all other tests can fail. */
class LeakGuardTest {

  private static void leak() {
    PooledByteBufAllocator.DEFAULT.directBuffer(64).writeByte(1);
  }

  @Test
  void aBufferThatNobodyReleasesIsReported() throws Exception {
    leak();

    assertThat(LeakGuard.leaks()).isNotEmpty();
    LeakGuard.forget();
  }

  @Test
  void aBufferThatIsReleasedIsNot() throws Exception {
    PooledByteBufAllocator.DEFAULT.directBuffer(64).release();

    assertThat(LeakGuard.leaks()).isEmpty();
  }
}

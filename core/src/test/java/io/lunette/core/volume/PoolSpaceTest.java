/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PoolSpaceTest {

  private static PoolSpace space(long capacity, long virtual) {
    return new PoolSpace(capacity + 100, capacity, 300, 200, 50, capacity - 550, virtual);
  }

  @Test
  void overcommitIsWhatVolumesWerePromisedByWhatThereIs() {
    assertThat(space(1000, 0).overcommit()).isZero();
    assertThat(space(1000, 500).overcommit()).isEqualTo(0.5);
    assertThat(space(1000, 25_000).overcommit()).isEqualTo(25);
  }

  @Test
  void aPoolWithoutCapacityIsNotOvercommitted() {
    assertThat(new PoolSpace(0, 0, 0, 0, 0, 0, 1 << 20).overcommit()).isZero();
  }

  @Test
  void whatNewWritesCannotHaveIsUsed() {
    assertThat(space(1000, 0).usedBytes()).isEqualTo(300 + 200 + 50);
  }
}

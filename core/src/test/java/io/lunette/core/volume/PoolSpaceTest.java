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
  void roomIsWhatIsUsedAndWhatIsLeftUnderneath() {
    PoolSpace squeezed = new PoolSpace(1100, 1000, 300, 200, 50, 450, 50, 5000);

    assertThat(squeezed.roomBytes()).isEqualTo(600);
    assertThat(squeezed.usedPercent()).isEqualTo(100 * 550 / 600.0);
    assertThat(space(1000, 0).roomBytes()).isEqualTo(1000);
    assertThat(new PoolSpace(0, 0, 0, 0, 0, 0, 0).usedPercent()).isZero();
  }

  @Test
  void whatNewWritesCannotHaveIsUsed() {
    assertThat(space(1000, 0).usedBytes()).isEqualTo(300 + 200 + 50);
  }
}

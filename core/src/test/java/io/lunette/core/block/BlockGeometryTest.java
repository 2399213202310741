/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BlockGeometryTest {

  private final BlockGeometry geometry = new BlockGeometry(1 << 20, 512, 4096, 65536);

  @Test
  void rangesOfWholeBlocksInsideTheDeviceAreContained() {
    assertThat(geometry.contains(0, 1 << 20)).isTrue();
    assertThat(geometry.contains((1 << 20) - 512, 512)).isTrue();
    assertThat(geometry.contains(1 << 20, 0)).isTrue();
  }

  @Test
  void rangesBeyondTheEndOrOffTheGridAreNot() {
    assertThat(geometry.contains(1 << 20, 512)).isFalse();
    assertThat(geometry.contains(Long.MAX_VALUE - 511, 512)).isFalse();
    assertThat(geometry.contains(-512, 512)).isFalse();
    assertThat(geometry.contains(256, 512)).isFalse();
    assertThat(geometry.contains(0, 100)).isFalse();
  }

  @Test
  void blockSizesThatDoNotNestAreRefused() {
    assertThatThrownBy(() -> new BlockGeometry(4096, 4096, 512, 4096))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.space;

import static io.lunette.core.space.SpaceLevel.CRITICAL;
import static io.lunette.core.space.SpaceLevel.NORMAL;
import static io.lunette.core.space.SpaceLevel.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.volume.PoolSpace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpaceThresholdsTest {

  @Test
  void aLevelIsLeftOnlyOnceUseHasFallenWellBelowIt() {
    assertThat(levels(0, 79, 80, 79, 78, 77, 95, 94, 92, 78, 77, 96, 10))
        .containsExactly(
            NORMAL, NORMAL, WARNING, WARNING, WARNING, NORMAL, CRITICAL, CRITICAL, WARNING, WARNING,
            NORMAL, CRITICAL, NORMAL);
  }

  @Test
  void thresholdsAreTwoPerCents() {
    assertThat(SpaceThresholds.parse("70, 90")).isEqualTo(new SpaceThresholds(70, 90, 2));
    assertThat(SpaceThresholds.parse("1,2")).isEqualTo(new SpaceThresholds(1, 2, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "80", "80,x", "80,90,95", "90,80", "0,50", "50,101", "-5,9"})
  void anythingElseIsRefusedInALineThatSaysHow(String text) {
    assertThatThrownBy(() -> SpaceThresholds.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("80,95")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aPoolIsAsFullAsTheFileSystemUnderItMakesIt() {
    assertThat(SpaceThresholds.DEFAULT.level(NORMAL, new PoolSpace(100, 100, 10, 0, 0, 90, 80, 0)))
        .isEqualTo(NORMAL);
    assertThat(SpaceThresholds.DEFAULT.level(NORMAL, new PoolSpace(100, 100, 10, 0, 0, 90, 2, 0)))
        .isEqualTo(SpaceLevel.WARNING);
    assertThat(SpaceThresholds.DEFAULT.level(NORMAL, new PoolSpace(100, 100, 10, 0, 0, 90, 0, 0)))
        .isEqualTo(SpaceLevel.CRITICAL);
  }

  private static List<SpaceLevel> levels(int... used) {
    List<SpaceLevel> levels = new ArrayList<>();
    SpaceLevel level = NORMAL;
    for (int percent : used) {
      level =
          SpaceThresholds.DEFAULT.level(
              level, new PoolSpace(100, 100, percent, 0, 0, 100 - percent, 0));
      levels.add(level);
    }
    return levels;
  }
}

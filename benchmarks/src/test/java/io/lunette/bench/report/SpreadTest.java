/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void theMedianIsInTheMiddleHoweverFarTheRestIs() {
    assertThat(Spread.of(List.of(900.0, 1.0, 3.0))).isEqualTo(new Spread(3, 1, 900));
  }

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheMiddleTwo() {
    assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 9.0)).median()).isEqualTo(3);
  }

  @Test
  void ratiosAreOfTheSameRoundSoWhatBothSufferCancelsOut() {
    Spread ratio = Spread.ofRatios(List.of(20.0, 2.0, 200.0), List.of(10.0, 1.0, 100.0));

    assertThat(ratio).isEqualTo(new Spread(2, 2, 2));
    assertThat(ratio).hasToString("2.00 (2.00-2.00)");
  }

  @Test
  void roundsWithoutACounterpartAreRefused() {
    assertThatThrownBy(() -> Spread.ofRatios(List.of(1.0, 2.0), List.of(1.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 rounds against 1");
  }

  @Test
  void severalRunsHaveTheNoiseOfAllTheirRounds() {
    Spread across =
        Spread.across(
            List.of(new Spread(2, 1.5, 2.5), new Spread(3, 2.9, 3.5), new Spread(4, 2, 5)));

    assertThat(across).isEqualTo(new Spread(3, 1.5, 5));
  }
}

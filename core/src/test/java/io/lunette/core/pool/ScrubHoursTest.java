/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ScrubHoursTest {

  @ParameterizedTest
  @CsvSource({
    "22:00-06:00, 2026-11-26T21:59:59Z, false",
    "22:00-06:00, 2026-11-26T22:00:00Z, true",
    "22:00-06:00, 2026-11-27T00:00:00Z, true",
    "22:00-06:00, 2026-11-27T05:59:59Z, true",
    "22:00-06:00, 2026-11-27T06:00:00Z, false",
    "09:00-17:00, 2026-11-26T12:00:00Z, true",
    "09:00-17:00, 2026-11-26T17:00:00Z, false",
    "22:00-06:00@Europe/Berlin, 2026-11-26T21:30:00Z, true",
    "22:00-06:00@Europe/Berlin, 2026-07-26T20:30:00Z, true",
    "22:00-06:00@Europe/Berlin, 2026-07-26T04:30:00Z, false"
  })
  void hoursAreThoseOfTheirZonesClock(String hours, Instant time, boolean within) {
    assertThat(ScrubHours.parse(hours).contains(time)).isEqualTo(within);
  }

  @ParameterizedTest
  @ValueSource(strings = {"22:00-06:00@UTC", "09:30-17:00@Europe/Berlin"})
  void hoursAreWrittenAsTheyAreRead(String hours) {
    assertThat(ScrubHours.parse(hours)).hasToString(hours);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "22-06", "22:00", "25:00-06:00", "22:00-06:00@Nowhere/None", "06:00-06:00"})
  void anythingElseIsRefusedInOneLine(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ScrubHours.parse(text))
        .withMessageNotContaining("\n");
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class InitiatorNameTest {

  private static final String AUTHORITY = "iqn.2026-01.example:";

  @Test
  void theLongestNameHasSoManyBytesNotCharacters() {
    assertThat(new InitiatorName(AUTHORITY + "n".repeat(203)).value()).hasSize(223);

    assertThatThrownBy(() -> new InitiatorName(AUTHORITY + "\u00e9".repeat(102)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

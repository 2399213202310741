/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line of the load generator takes. */
class ParsingTest {

  @ParameterizedTest
  @CsvSource({"read,100", "write,0", "rw70,70", "rw0,0", "rw100,100"})
  void aMixIsAShareOfReads(String text, int reads) {
    assertThat(Mix.parse(text)).isEqualTo(new Mix(reads));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "reads", "rw", "rw101", "rw-1", "70"})
  void whatIsNoMixIsRefused(String text) {
    assertThatThrownBy(() -> Mix.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aTargetMayHaveAName() {
    assertThat(TargetUrl.parse("tgt=iscsi://127.0.0.1:3261/iqn.2026-11.io.example:t/1"))
        .isEqualTo(
            new TargetUrl(
                "tgt", "iscsi://127.0.0.1:3261/iqn.2026-11.io.example:t/1", "127.0.0.1", 3261));
  }

  @Test
  void aTargetWithoutANameIsCalledByItsPortal() {
    assertThat(
            TargetUrl.parse("iscsi://user%secret@[::1]/iqn.2026-11.io.example:t/0?target_user=u"))
        .isEqualTo(
            new TargetUrl(
                "[::1]:3260",
                "iscsi://user%secret@[::1]/iqn.2026-11.io.example:t/0?target_user=u",
                "[::1]",
                3260));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "iscsi://127.0.0.1", "iscsi://127.0.0.1/iqn", "x=y"})
  void whatIsNoUnitIsRefused(String text) {
    assertThatThrownBy(() -> TargetUrl.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no target");
  }
}

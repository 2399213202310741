/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageRefTest {

  private static final ImageName WEB = new ImageName("web");

  @Test
  void nameAloneIsWhateverIsCurrent() {
    assertThat(ImageRef.parse("web")).isEqualTo(ImageRef.current(WEB));
  }

  @Test
  void nameAndNumberIsThatVersion() {
    assertThat(ImageRef.parse("web:12")).isEqualTo(ImageRef.of(WEB, 12));
    assertThat(ImageRef.of(WEB, 12)).hasToString("web:12");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":1", "web:", "web:0", "web:01", "web:-1", "web:x", "web:1:2", "a b"})
  void anythingElseIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ImageRef.parse(text));
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageLabelsTest {

  @Test
  void areKeptAsTheyAre() {
    ImageLabels labels = ImageLabels.of(Map.of("os", "debian", "note", "a = b, c=d"));

    assertThat(ImageLabels.ofText(labels.text())).isEqualTo(labels);
    assertThat(ImageLabels.ofText(ImageLabels.NONE.text())).isEqualTo(ImageLabels.NONE);
  }

  @Test
  void laterOnesWinAndEmptyOnesAreTakenAway() {
    ImageLabels labels = ImageLabels.of(Map.of("os", "debian", "role", "web"));

    assertThat(labels.with(ImageLabels.of(Map.of("os", "alpine", "role", ""))))
        .isEqualTo(ImageLabels.parse("os=alpine"));
  }

  @Test
  void containOnlyWhatIsSaidOfThem() {
    ImageLabels labels = ImageLabels.of(Map.of("os", "debian", "role", "web"));

    assertThat(labels.contain(ImageLabels.parse("role=web"))).isTrue();
    assertThat(labels.contain(ImageLabels.parse("role=db"))).isFalse();
    assertThat(labels.contain(ImageLabels.parse("tier=1"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"os", "=x", "o s=x", "-os=x", "os=a\nb"})
  void whatCouldNotBeKeptIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ImageLabels.parse(text));
  }

  @Test
  void thereMayNotBeTooMany() {
    TreeMap<String, String> many = new TreeMap<>();
    for (int i = 0; i < 65; i++) {
      many.put("k" + i, "v");
    }

    assertThatIllegalArgumentException().isThrownBy(() -> ImageLabels.of(many));
  }
}

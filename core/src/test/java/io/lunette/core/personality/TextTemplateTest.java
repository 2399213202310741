/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.personality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TextTemplateTest {

  private static String render(String template, String value) {
    return TextTemplate.parse(template)
        .render(name -> Optional.ofNullable(Map.of("server", value).get(name)));
  }

  @Test
  void putsValuesIn() {
    assertThat(render("hostname: ${server}\nfqdn: ${server}.example\n", "web1"))
        .isEqualTo("hostname: web1\nfqdn: web1.example\n");
  }

  @Test
  void leavesEverythingElseAlone() {
    String text = "#cloud-config\nruncmd:\n  - echo $HOME $(id) {x} $$ 100%\n";

    assertThat(render(text, "web1")).isEqualTo(text);
  }

  @Test
  void twoDollarsStandForOne() {
    assertThat(render("echo $${server} ${server}", "web1")).isEqualTo("echo ${server} web1");
  }

  @ParameterizedTest
  @CsvSource({
    "web1, web1",
    "10.0.0.1/24, 10.0.0.1/24",
    "fe80::1/64, fe80::1/64",
    "52:54:00:12:34:56, 52:54:00:12:34:56"
  })
  void whatIsSafeAnywhereStandsAsItIs(String value, String written) {
    assertThat(render("${server}", value)).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: b",
        "a #b",
        "- a",
        "'a",
        "\"a",
        "{a}",
        "[a]",
        "&a",
        "*a",
        "!a",
        "a\nb: c",
        "",
        " a",
        "a:",
        "ssh-rsa AAAA me",
        "::1",
        "ä"
      })
  void whatCouldChangeTheYamlMustBeQuoted(String value) {
    assertThatThrownBy(() -> render("x: 1\ny: ${server}", value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "line 2 of the template: the value of server is not safe as it is;"
                + " write ${server|quote}");
  }

  @Test
  void quotesAnyValueOnOneLine() {
    assertThat(render("k: ${server|quote}", "a\"b\\c\nd: \u0007ä\ud83d\ude00"))
        .isEqualTo("k: \"a\\\"b\\\\c\\nd: \\u0007\\u00e4\\U0001f600\"");
  }

  @Test
  void writesBase64OfUtf8() {
    assertThat(render("${server|base64}", "ä")).isEqualTo("w6Q=");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "${nobody}; there is no variable 'nobody'",
        "${meta.}; there is no variable 'meta.'",
        "${server|upper}; behind '|' comes quote or base64",
        "${server|quote|base64}; behind '|' comes quote or base64",
        "${server; has no '}' on its line"
      })
  void mistakesAreNamedWithTheirLine(String template, String message) {
    assertThatThrownBy(() -> TextTemplate.parse("first\n" + template + "\n}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("line 2 of the template: ")
        .hasMessageContaining(message);
  }

  @Test
  void factThatTheServerDoesNotHaveIsMissed() {
    assertThatThrownBy(() -> render("${meta.ip}", "web1"))
        .hasMessage("line 1 of the template: there is no value of meta.ip");
  }
}

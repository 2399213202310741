/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class CanonicalJsonTest {

  @Test
  void membersAreSortedByCodeUnitsAsInTheExampleOfRfc8785() throws Exception {
    String shuffled =
        "{\"\\u20ac\": \"Euro Sign\", \"\\r\": \"Carriage Return\", \"\\ufb33\": \"Hebrew\","
            + "\"1\": \"One\", \"\\ud83d\\ude00\": \"Emoji\", \"\\u0080\": \"Control\","
            + "\"\\u00f6\": \"Latin\"}";

    assertThat(canonical(shuffled))
        .isEqualTo(
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"Latin\","
                + "\"\u20ac\":\"Euro Sign\",\"\ud83d\ude00\":\"Emoji\",\"\ufb33\":\"Hebrew\"}");
  }

  @Test
  void textsAreEscapedAsInTheExampleOfRfc8785() throws Exception {
    assertThat(canonical("[\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"]"))
        .isEqualTo("[\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"]");
  }

  @Test
  void literalsAndEmptyValuesHaveNoWhiteSpace() throws Exception {
    assertThat(canonical("{ \"b\": [ ], \"a\": { }, \"c\": [ null, true, -7 ] }"))
        .isEqualTo("{\"a\":{},\"b\":[],\"c\":[null,true,-7]}");
  }

  @Test
  void numbersThatReadersMaySeeDifferentlyAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> canonical("[1.5]"));
    assertThatIllegalArgumentException().isThrownBy(() -> canonical("[9007199254740992]"));
    assertThatIllegalArgumentException().isThrownBy(() -> canonical("[\"\\ud800\"]"));
  }

  private static String canonical(String json) throws Exception {
    return new String(
        CanonicalJson.bytes(new ObjectMapper().readTree(json)), StandardCharsets.UTF_8);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextSegmentTest {

  private static Optional<Map<String, String>> parse(String text) {
    return TextSegment.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void pairsComeInOrder() {
    assertThat(parse("a=1\0b=x=y\0c=\0").orElseThrow())
        .containsExactly(Map.entry("a", "1"), Map.entry("b", "x=y"), Map.entry("c", ""));
    assertThat(parse("").orElseThrow()).isEmpty();
    assertThat(parse("\0\0a=1\0\0\0").orElseThrow()).containsExactly(Map.entry("a", "1"));
    assertThat(parse("a=1").orElseThrow()).containsExactly(Map.entry("a", "1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\0", "=1\0", "a=1\0a=2\0", "a=1\0b\0", "=\0"})
  void whatIsNotMadeOfPairsIsRefused(String text) {
    assertThat(parse(text)).isEmpty();
  }

  @Test
  void aKeyHasAtMost63Bytes() {
    assertThat(parse("k".repeat(63) + "=1\0")).isPresent();
    assertThat(parse("k".repeat(64) + "=1\0")).isEmpty();
  }

  @Test
  void whatIsPutIsParsed() {
    ByteBuf out = Unpooled.buffer();
    TextSegment.put(out, "TargetName", "iqn.2026-01.example:ü");
    TextSegment.put(out, "TargetAlias", "");
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);

    assertThat(TextSegment.parse(bytes).orElseThrow())
        .containsExactly(
            Map.entry("TargetName", "iqn.2026-01.example:ü"), Map.entry("TargetAlias", ""));
  }

  @Test
  void noiseIsParsedOrRefused() {
    Random random = new Random(6);
    for (int round = 0; round < 20_000; round++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      for (int i = 0; i < noise.length; i++) {
        int dice = random.nextInt(10);
        noise[i] = dice == 0 ? 0 : dice < 3 ? (byte) '=' : noise[i];
      }
      TextSegment.parse(noise)
          .ifPresent(pairs -> assertThat(pairs.keySet()).allMatch(key -> key.length() <= 63));
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Fuzz target: whatever text a login consists of, it is answered; nobody gets in as an initiator
 * that has to prove itself, and every answer can be read back.
 */
public final class LoginTextFuzz {

  private LoginTextFuzz() {}

  /** Requests one after the other: flags, length of the text in two bytes, the text. */
  public static void fuzzerTestOneInput(byte[] input) {
    LoginFixture fixture = new LoginFixture();
    ByteBuffer left = ByteBuffer.wrap(input);
    while (left.remaining() >= 3) {
      int flags = left.get();
      int length = Math.min(left.getShort() & 0xFFFF, left.remaining());
      byte[] text = new byte[length];
      left.get(text);
      Optional<Map<String, String>> pairs = TextSegment.parse(text);
      if (pairs.isEmpty()) {
        return;
      }
      Login.Reply reply =
          fixture.login.request(flags >> 2 & 3, flags & 3, (flags & 0x80) != 0, pairs.get());
      byte[] answer = TextSegment.encode(reply.text());
      assertThat(reply.text()).doesNotContainValue(null);
      assertThat(TextSegment.parse(answer).isPresent() || hasOddKey(pairs.get())).isTrue();
      if (reply.isFinal()) {
        assertThat(fixture.login.initiator().value()).isNotEqualTo(LoginFixture.INITIATOR);
        assertThat(fixture.login.parameters().firstBurstBytes())
            .isLessThanOrEqualTo(fixture.login.parameters().maxBurstBytes());
      }
      if (reply.isFinal() || reply.status() != LoginStatus.SUCCESS) {
        break;
      }
    }
    fixture.login.close();
    assertThat(fixture.challenges.outstanding()).isZero();
  }

  /** Bytes that are no UTF-8 grow when they are read, so that a key's answer may be too long. */
  private static boolean hasOddKey(Map<String, String> pairs) {
    return pairs.keySet().stream().anyMatch(key -> key.indexOf('\uFFFD') >= 0);
  }

  /** A request as the target reads it. */
  static byte[] request(int flags, byte[] text) {
    byte[] request = Arrays.copyOf(new byte[] {(byte) flags}, 3 + text.length);
    ByteBuffer.wrap(request).position(1).putShort((short) text.length).put(text);
    return request;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A peer without a secret does not learn which initiator names exist. */
class NameHidingTest {

  private static final InitiatorAuthentication KNOWS_ALICE =
      initiator ->
          initiator.equals(ALICE)
              ? Optional.of(
                  new ChapCredentials("alice", "alice-secret-1".getBytes(StandardCharsets.UTF_8)))
              : Optional.empty();

  /** All that the target says to a login with a wrong secret, but for what is drawn by lot. */
  private static List<String> transcript(IscsiTarget target, InitiatorName name) throws Exception {
    List<String> transcript = new ArrayList<>();
    try (RawInitiator peer = new RawInitiator(target.portal())) {
      byte[][] requests = {
        RawInitiator.text("InitiatorName=" + name, "TargetName=" + NAME, "AuthMethod=CHAP,None"),
        RawInitiator.text("CHAP_A=8,7,6,5"),
        RawInitiator.text("CHAP_N=alice", "CHAP_R=0x" + "00".repeat(32))
      };
      for (byte[] request : requests) {
        Pdu answer = peer.loginWith(request == requests[2] ? 0x81 : 0, 1, 0, 0, request);
        String text = new String(answer.data(), StandardCharsets.UTF_8);
        transcript.add(
            answer.flags()
                + " "
                + Integer.toHexString(answer.u16(36))
                + " "
                + text.replaceAll("CHAP_I=[0-9]+", "CHAP_I=#")
                    .replaceAll("CHAP_C=0x[0-9a-f]{64}\0", "CHAP_C=#"));
      }
      transcript.add("closed after " + peer.countUntilClosed());
    }
    return transcript;
  }

  @Test
  void unknownNamesAndWrongSecretsGetTheSameAnswers() throws Exception {
    try (IscsiTarget target =
        IscsiTarget.start(
            TargetConfig.of(NAME, new InetSocketAddress("127.0.0.1", 0))
                .withAuthentication(KNOWS_ALICE.hidingNames()))) {
      List<String> known = transcript(target, ALICE);

      assertThat(known.get(2)).contains("201");
      assertThat(transcript(target, new InitiatorName("iqn.2026-11.com.example:nobody")))
          .isEqualTo(known);
    }
  }

  @Test
  void withoutHidingTheAnswersTellThemApart() throws Exception {
    try (IscsiTarget target =
        IscsiTarget.start(
            TargetConfig.of(NAME, new InetSocketAddress("127.0.0.1", 0))
                .withAuthentication(KNOWS_ALICE)
                .withLimits(ServedTarget.limits(5_000, 60_000)))) {
      assertThat(transcript(target, new InitiatorName("iqn.2026-11.com.example:nobody")))
          .isNotEqualTo(transcript(target, ALICE));
    }
  }
}

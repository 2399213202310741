/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.SessionFixture.assertRejects;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Text requests in the full-feature phase (RFC 7143 §11.10, §11.11). */
class TextExchangeTest {

  private static final int FINAL = 0x80;
  private static final int CONTINUE = 0x40;
  private static final int PROTOCOL_ERROR = 4;

  private SessionFixture fixture;
  private RawInitiator initiator;

  @BeforeEach
  void start() throws Exception {
    fixture = new SessionFixture();
    initiator = fixture.loggedIn("MaxRecvDataSegmentLength=512");
  }

  @AfterEach
  void stop() throws Exception {
    initiator.close();
    fixture.close();
  }

  private Pdu ask(int flags, int ttt, byte[] text) throws Exception {
    initiator.send(RawInitiator.header(0x44, flags, 5).putInt(20, ttt), text);
    Pdu answer = initiator.receive();
    assertThat(answer.u32(16)).isEqualTo(answer.opcode() == 0x24 ? 5 : RawInitiator.NO_TAG);
    return answer;
  }

  @Test
  void aRequestMayComeInPiecesCutAnywhere() throws Exception {
    byte[] text = RawInitiator.text("SendTargets=", "X-com.example.a=1");
    for (int cut = 1; cut < text.length; cut++) {
      Pdu more = ask(CONTINUE, RawInitiator.NO_TAG, Arrays.copyOf(text, cut));
      assertThat(more.flags()).isZero();
      assertThat(more.data()).isEmpty();

      Pdu answer = ask(FINAL, more.u32(20), Arrays.copyOfRange(text, cut, text.length));
      assertThat(answer.flags()).isEqualTo(FINAL);
      assertThat(answer.u32(20)).isEqualTo(RawInitiator.NO_TAG);
      assertThat(RawInitiator.pairs(answer.data()))
          .containsEntry("TargetName", ServedTarget.NAME)
          .containsEntry("X-com.example.a", "NotUnderstood");
    }
  }

  @Test
  void aLongAnswerComesInPiecesThatAreAskedFor() throws Exception {
    String[] pairs = new String[200];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = "k" + i + "=";
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    Pdu answer = ask(FINAL, RawInitiator.NO_TAG, RawInitiator.text(pairs));
    while ((answer.flags() & CONTINUE) != 0) {
      assertThat(answer.flags()).isEqualTo(CONTINUE);
      assertThat(answer.data()).hasSize(512);
      whole.write(answer.data());
      answer = ask(FINAL, answer.u32(20), new byte[0]);
    }
    whole.write(answer.data());

    assertThat(answer.flags()).isEqualTo(FINAL);
    Map<String, String> answered = RawInitiator.pairs(whole.toByteArray());
    assertThat(answered).hasSize(200).containsEntry("k199", "NotUnderstood");
  }

  @Test
  void anExchangeIsOpenUntilTheInitiatorEndsIt() throws Exception {
    Pdu first = ask(0, RawInitiator.NO_TAG, RawInitiator.text("X-a=1"));
    assertThat(first.flags()).as("neither final nor more").isZero();
    assertThat(RawInitiator.pairs(first.data())).containsEntry("X-a", "NotUnderstood");

    Pdu last = ask(FINAL, first.u32(20), RawInitiator.text("X-b=1"));
    assertThat(last.flags()).isEqualTo(FINAL);
    assertThat(RawInitiator.pairs(last.data())).containsOnlyKeys("X-b");
  }

  @Test
  void aNewRequestEndsAnUnfinishedOne() throws Exception {
    ask(CONTINUE, RawInitiator.NO_TAG, RawInitiator.text("X-a=1"));

    Pdu answer = ask(FINAL, RawInitiator.NO_TAG, RawInitiator.text("X-b=1"));
    assertThat(RawInitiator.pairs(answer.data())).containsOnlyKeys("X-b");
  }

  @Test
  void keysOfTheLoginAreRejected() throws Exception {
    Pdu answer =
        ask(
            FINAL,
            RawInitiator.NO_TAG,
            RawInitiator.text("MaxRecvDataSegmentLength=1024", "HeaderDigest=None"));

    assertThat(RawInitiator.pairs(answer.data()))
        .containsEntry("MaxRecvDataSegmentLength", "Reject")
        .containsEntry("HeaderDigest", "Reject");
  }

  @Test
  void aTagThatNobodyGaveIsRejected() throws Exception {
    ByteBuffer header = RawInitiator.header(0x44, FINAL, 5).putInt(20, 4711);
    initiator.send(header, RawInitiator.text("SendTargets="));

    assertRejects(initiator.receive(), PROTOCOL_ERROR, header);
    initiator.settle();
  }

  @Test
  void textThatIsNotMadeOfPairsEndsTheConnection() throws Exception {
    ByteBuffer header = RawInitiator.header(0x44, FINAL, 5).putInt(20, RawInitiator.NO_TAG);
    initiator.send(header, "nonsense\0".getBytes(java.nio.charset.StandardCharsets.UTF_8));

    assertRejects(initiator.receive(), PROTOCOL_ERROR, header);
    assertThat(initiator.countUntilClosed()).isZero();
  }

  @Test
  void moreAndFinalAtOnceEndsTheConnection() throws Exception {
    ByteBuffer header =
        RawInitiator.header(0x44, FINAL | CONTINUE, 5).putInt(20, RawInitiator.NO_TAG);
    initiator.send(header, RawInitiator.text("SendTargets="));

    assertRejects(initiator.receive(), PROTOCOL_ERROR, header);
    assertThat(initiator.countUntilClosed()).isZero();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static io.lunette.iscsi.target.ServedTarget.NAME;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logins PDU by PDU: text in pieces, versions, identifiers, connections made again. */
class LoginWireTest {

  private static final int CONTINUE = 0x40;
  private static final int TO_FULL_FEATURE = 0x87;
  private static final String[] IDENTITY = {
    "InitiatorName=" + ALICE, "TargetName=" + NAME, "SessionType=Normal"
  };

  private ServedTarget served;
  private RawInitiator initiator;

  @BeforeEach
  void start() throws Exception {
    served = new ServedTarget();
    served.target().mapForAll(0, unit(served.volume("v0", 1 << 20), "v0"));
    initiator = connect();
  }

  @AfterEach
  void stop() throws Exception {
    initiator.close();
    served.close();
  }

  private RawInitiator connect() throws Exception {
    return new RawInitiator(served.target().portal());
  }

  private Pdu request(int flags, byte[] text) throws Exception {
    return initiator.loginWith(flags, 1, 0, 0, text);
  }

  @Test
  void textMayComeInPiecesCutAnywhere() throws Exception {
    byte[] text = RawInitiator.text(IDENTITY);
    for (int cut = 0; cut < text.length; cut += 5) {
      try (RawInitiator each = connect()) {
        Pdu empty = each.loginWith(CONTINUE | 4, cut, 0, 0, Arrays.copyOf(text, cut));
        assertThat(empty.u16(36)).isZero();
        assertThat(empty.flags()).as("neither transit nor more").isEqualTo(4);
        assertThat(empty.data()).isEmpty();

        byte[] rest = Arrays.copyOfRange(text, cut, text.length);
        assertThat(each.loginWith(TO_FULL_FEATURE, cut, 0, 0, rest).flags())
            .isEqualTo(TO_FULL_FEATURE);
      }
    }
  }

  @Test
  void aLongAnswerComesInPiecesThatAreAskedFor() throws Exception {
    String[] pairs = Arrays.copyOf(IDENTITY, IDENTITY.length + 800);
    for (int i = 0; i < 800; i++) {
      pairs[IDENTITY.length + i] = "k" + i + "=";
    }
    byte[] text = RawInitiator.text(pairs);
    assertThat(text.length).isLessThan(8192);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();

    Pdu answer = request(TO_FULL_FEATURE, text);
    int pieces = 1;
    while ((answer.flags() & CONTINUE) != 0) {
      assertThat(answer.flags()).as("no transit yet").isEqualTo(CONTINUE | 4);
      assertThat(answer.data()).hasSize(8192);
      whole.write(answer.data());
      answer = request(TO_FULL_FEATURE, new byte[0]);
      pieces++;
    }
    whole.write(answer.data());

    assertThat(answer.flags()).isEqualTo(TO_FULL_FEATURE);
    assertThat(pieces).isGreaterThan(1);
    Map<String, String> answered = RawInitiator.pairs(whole.toByteArray());
    assertThat(answered)
        .containsEntry("k0", "NotUnderstood")
        .containsEntry("k799", "NotUnderstood");
    initiator.settle();
  }

  @Test
  void textInsteadOfTheNextPieceIsRefused() throws Exception {
    String[] pairs = Arrays.copyOf(IDENTITY, IDENTITY.length + 800);
    for (int i = 0; i < 800; i++) {
      pairs[IDENTITY.length + i] = "k" + i + "=";
    }
    request(TO_FULL_FEATURE, RawInitiator.text(pairs));

    assertThat(request(TO_FULL_FEATURE, RawInitiator.text("DataDigest=None")).u16(36))
        .isEqualTo(0x0200);
    assertThat(initiator.isClosed()).isTrue();
  }

  @Test
  void textWithoutEndIsRefused() throws Exception {
    byte[] piece = new byte[8192];
    Arrays.fill(piece, (byte) 'a');
    int pieces = 0;
    while (request(CONTINUE | 4, piece).u16(36) == 0) {
      assertThat(++pieces).isLessThan(10);
    }
    assertThat(initiator.isClosed()).isTrue();
  }

  @Test
  void moreTextAndTransitAtOnceIsRefused() throws Exception {
    assertThat(request(TO_FULL_FEATURE | CONTINUE, RawInitiator.text(IDENTITY)).u16(36))
        .isEqualTo(0x0200);
    assertThat(initiator.isClosed()).isTrue();
  }

  @Test
  void aNewerProtocolIsRefused() throws Exception {
    initiator.send(
        RawInitiator.header(0x43, TO_FULL_FEATURE, 1).put(2, (byte) 1).put(3, (byte) 1),
        RawInitiator.text(IDENTITY));

    assertThat(initiator.receive().u16(36)).isEqualTo(0x0205);
    assertThat(initiator.isClosed()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"2, 0, 0", "1, 9, 0", "1, 0, 9"})
  void identifiersStayTheSameThroughALogin(long isid, int tsih, int cid) throws Exception {
    assertThat(request(0x04, RawInitiator.text(IDENTITY)).u16(36)).isZero();

    assertThat(initiator.loginWith(TO_FULL_FEATURE, isid, tsih, cid, new byte[0]).u16(36))
        .isEqualTo(0x020B);
    assertThat(initiator.isClosed()).isTrue();
  }

  @Test
  void aSessionThatIsNotThereCannotBeJoined() throws Exception {
    assertThat(initiator.loginWith(TO_FULL_FEATURE, 1, 77, 0, RawInitiator.text(IDENTITY)).u16(36))
        .isEqualTo(0x020A);
  }

  @ParameterizedTest
  @CsvSource({
    "another connection, 1, 5, alice, 0x0206",
    "another ISID, 2, 0, alice, 0x020A",
    "another initiator, 1, 0, bob, 0x020A"
  })
  void aSessionHasOneConnection(String what, long isid, int cid, String who, String status)
      throws Exception {
    int tsih = initiator.login(ALICE.value(), 1).u16(14);
    initiator.settle();
    String[] identity = IDENTITY.clone();
    identity[0] = "InitiatorName=" + (who.equals("bob") ? BOB : ALICE);
    try (RawInitiator second = connect()) {
      assertThat(
              second
                  .loginWith(TO_FULL_FEATURE, isid, tsih, cid, RawInitiator.text(identity))
                  .u16(36))
          .isEqualTo(Integer.decode(status));
    }
    initiator.settle();
  }

  @Test
  void aConnectionMadeAgainKeepsTheSessionAndWhatItReserved() throws Exception {
    int tsih = initiator.login(ALICE.value(), 1, "MaxBurstLength=65536").u16(14);
    initiator.settle();
    initiator.send(initiator.command(0x80, 0, 0x16));
    assertThat(initiator.receive().u8(3)).as("RESERVE(6)").isEqualTo(RawInitiator.GOOD);
    initiator.send(initiator.command(0xA0, 4096, 0x2A, 0, 0, 0, 0, 0, 0, 0, 8));
    assertThat(initiator.receive().opcode()).as("R2T").isEqualTo(0x31);

    try (RawInitiator again = connect();
        RawInitiator bob = connect()) {
      again.cmdSn = initiator.cmdSn;
      Pdu login = again.loginWith(TO_FULL_FEATURE, 1, tsih, 0, RawInitiator.text(IDENTITY));
      assertThat(login.u16(36)).isZero();
      assertThat(login.u16(14)).isEqualTo(tsih);
      assertThat(initiator.isClosed()).as("the old connection").isTrue();

      again.send(again.command(0x80, 0, 0));
      assertThat(again.receive().u8(3)).as("no unit attention").isEqualTo(RawInitiator.GOOD);
      bob.login(BOB.value(), 1);
      int status = RawInitiator.CHECK_CONDITION;
      while (status == RawInitiator.CHECK_CONDITION) {
        bob.send(bob.command(0x80, 0, 0));
        status = bob.receive().u8(3);
      }
      assertThat(status).as("still reserved").isEqualTo(0x18);
      assertThat(served.target().sessions()).hasSize(2);
    }
  }

  @Test
  void anInitiatorWithoutANameIsToldWhatIsMissing() throws Exception {
    assertThat(request(TO_FULL_FEATURE, RawInitiator.text("SessionType=Discovery")).u16(36))
        .isEqualTo(0x0207);
  }

  @Test
  void anotherTargetIsNotHere() throws Exception {
    assertThat(
            request(
                    TO_FULL_FEATURE,
                    RawInitiator.text("InitiatorName=" + ALICE, "TargetName=" + NAME + "x"))
                .u16(36))
        .isEqualTo(0x0203);
  }
}

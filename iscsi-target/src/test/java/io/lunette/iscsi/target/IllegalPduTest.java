/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.SessionFixture.assertRejects;
import static io.lunette.iscsi.target.SessionFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session answers to PDUs that may not be: Reject with their header (RFC 7143 §11.17). */
class IllegalPduTest {

  private static final int SNACK_REJECT = 3;
  private static final int PROTOCOL_ERROR = 4;
  private static final int COMMAND_NOT_SUPPORTED = 5;
  private static final int TASK_IN_PROGRESS = 7;
  private static final int INVALID_PDU_FIELD = 9;

  private SessionFixture fixture;
  private RawInitiator initiator;

  @BeforeEach
  void start() throws Exception {
    fixture = new SessionFixture();
    initiator = fixture.loggedIn("InitialR2T=Yes", "ImmediateData=No");
  }

  @AfterEach
  void stop() throws Exception {
    initiator.close();
    fixture.close();
  }

  private void rejectedAndClosed(int reason, ByteBuffer header) throws Exception {
    assertRejects(initiator.receive(), reason, header);
    assertThat(initiator.countUntilClosed()).isZero();
  }

  private void rejectedAndServed(int reason, ByteBuffer header) throws Exception {
    assertRejects(initiator.receive(), reason, header);
    initiator.settle();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void noSnackIsSupportedAtErrorRecoveryLevelZero(int type) throws Exception {
    ByteBuffer snack = RawInitiator.header(0x10, 0x80 | type, 5).putInt(20, RawInitiator.NO_TAG);
    initiator.send(snack);
    rejectedAndServed(SNACK_REJECT, snack);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x07, 0x0F, 0x11, 0x1C, 0x1F, 0x20, 0x21, 0x25, 0x31, 0x3F})
  void unknownAndTargetsOpcodesAreNotSupported(int opcode) throws Exception {
    ByteBuffer header = RawInitiator.header(0x40 | opcode, 0x80, 5);
    initiator.send(header);
    rejectedAndServed(COMMAND_NOT_SUPPORTED, header);
  }

  @Test
  void aTaskTagIsNotUsedTwiceAtATime() throws Exception {
    ByteBuffer first = SessionFixture.write(initiator, 1);
    initiator.send(first);
    assertThat(initiator.receive().opcode()).isEqualTo(0x31);
    ByteBuffer second = initiator.command(0x80, 0, 0).putInt(16, first.getInt(16));
    initiator.send(second);

    rejectedAndServed(TASK_IN_PROGRESS, second);
  }

  @Test
  void theReservedTaskTagIsNoCommands() throws Exception {
    ByteBuffer header = initiator.command(0x80, 0, 0).putInt(16, RawInitiator.NO_TAG);
    initiator.send(header);
    rejectedAndClosed(PROTOCOL_ERROR, header);
  }

  @Test
  void aGapInTheNumbersOfCommandsEndsTheConnection() throws Exception {
    initiator.cmdSn += 3;
    ByteBuffer header = initiator.command(0x80, 0, 0);
    initiator.send(header);
    rejectedAndClosed(PROTOCOL_ERROR, header);
  }

  @Test
  void aSecondLoginEndsTheConnection() throws Exception {
    ByteBuffer header = RawInitiator.header(0x43, 0x87, 5);
    initiator.send(header);
    rejectedAndClosed(PROTOCOL_ERROR, header);
  }

  @Test
  void aNopThatTakesANumberNeedsATag() throws Exception {
    ByteBuffer header =
        RawInitiator.header(0x00, 0x80, RawInitiator.NO_TAG)
            .putInt(20, RawInitiator.NO_TAG)
            .putInt(24, initiator.cmdSn);
    initiator.send(header);
    rejectedAndClosed(INVALID_PDU_FIELD, header);
  }

  @Test
  void immediateDataThatWasNotAgreedOnEndsTheConnection() throws Exception {
    ByteBuffer header = SessionFixture.write(initiator, 1);
    initiator.send(header, bytes(512, 1));
    rejectedAndClosed(PROTOCOL_ERROR, header);
  }

  @Test
  void unsolicitedDataThatWasNotAgreedOnEndsTheConnection() throws Exception {
    ByteBuffer header = initiator.command(0x20, 512, 0x2A, 0, 0, 0, 0, 0, 0, 0, 1);
    initiator.send(header);
    rejectedAndClosed(PROTOCOL_ERROR, header);
  }

  @Test
  void aSegmentLongerThanDeclaredIsRejected() throws Exception {
    ByteBuffer header = RawInitiator.header(0x40, 0x80, 5).putInt(4, 0xFF_FFFF).putInt(20, -1);
    initiator.sendRaw(header.array());
    rejectedAndClosed(PROTOCOL_ERROR, header);
  }

  @ParameterizedTest
  @CsvSource({
    "an unknown type, 01, 00050300AAAAAAAA",
    "a type of zero, 01, 00050000AAAAAAAA",
    "longer than announced, 01, 00400100AAAAAAAA",
    "shorter than announced, 01, 000502000000000000000000",
    "a read length that is too long, 01, 00060200AAAAAAAAAA000000",
    "no length at all, 01, 00000000",
    "not of a command, 00, 00050200AAAAAAAA"
  })
  void illegalAdditionalHeadersEndTheConnection(String what, String opcode, String ahs)
      throws Exception {
    ByteBuffer header =
        opcode.equals("01")
            ? initiator.command(0x80, 0, 0)
            : RawInitiator.header(0x40, 0x80, 5).putInt(20, RawInitiator.NO_TAG);
    initiator.sendRaw(
        initiator.encode(header, java.util.HexFormat.of().parseHex(ahs), new byte[0]));
    rejectedAndClosed(INVALID_PDU_FIELD, header);
  }

  @Test
  void legalAdditionalHeadersAreSkipped() throws Exception {
    byte[] ahs = java.util.HexFormat.of().parseHex("00050200AAAAAAAA" + "00030100BBBB0000");
    ByteBuffer header = initiator.command(0x80, 0, 0);
    initiator.sendRaw(initiator.encode(header, ahs, new byte[0]));

    assertThat(initiator.receive().u32(16)).isEqualTo(header.getInt(16));
  }

  @Test
  void logoutForAnUnknownReasonEndsTheConnection() throws Exception {
    ByteBuffer header = RawInitiator.header(0x46, 0x83, 5).putInt(24, initiator.cmdSn);
    initiator.send(header);
    rejectedAndClosed(INVALID_PDU_FIELD, header);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Data-Out that breaks the rules of a sequence ends its command and nothing else (RFC 7143 §7.9 at
 * error recovery level 0).
 */
class DataOutViolationTest {

  private static final int WRITE = 0xA0;
  private static final int BYTES = 1024;
  private static final int PROTOCOL_SERVICE_CRC_ERROR = 0xB4705;
  private static final int INCORRECT_AMOUNT_OF_DATA = 0xB0C0D;

  private ServedTarget served;
  private RawInitiator initiator;

  @BeforeEach
  void logIn() throws Exception {
    served = new ServedTarget();
    served.target().mapForAll(0, unit(served.volume("v0", 1 << 20), "v0"));
    initiator = new RawInitiator(served.target().portal());
  }

  @AfterEach
  void logOut() throws Exception {
    initiator.close();
    served.close();
  }

  private void logIn(String initialR2t) throws Exception {
    initiator.login(
        ALICE.value(), 1, "InitialR2T=" + initialR2t, "ImmediateData=No", "FirstBurstLength=1024");
    initiator.settle();
  }

  /** Announces a write of two blocks. */
  private int write(int flags) throws Exception {
    ByteBuffer write = initiator.command(flags, BYTES, 0x2A, 0, 0, 0, 0, 0, 0, 0, 2);
    initiator.send(write);
    return write.getInt(16);
  }

  private void dataOut(int itt, int ttt, int flags, int dataSn, int offset, int bytes)
      throws Exception {
    ByteBuffer header =
        RawInitiator.header(0x05, flags, itt).putInt(20, ttt).putInt(36, dataSn).putInt(40, offset);
    byte[] data = new byte[bytes];
    java.util.Arrays.fill(data, (byte) 0x5A);
    initiator.send(header, data);
  }

  private void assertEndedWith(int itt, int sense) throws Exception {
    Pdu answer = initiator.receive();
    assertThat(answer.opcode()).isEqualTo(0x21);
    assertThat(answer.u32(16)).isEqualTo(itt);
    assertThat(answer.u8(3)).isEqualTo(RawInitiator.CHECK_CONDITION);
    assertThat(answer.sense()).isEqualTo(sense);
  }

  /** The session lives, the next command gets its number, and no byte has reached the medium. */
  private void assertNothingElseHappened() throws Exception {
    initiator.send(initiator.command(0xC0, BYTES, 0x28, 0, 0, 0, 0, 0, 0, 0, 2));
    Pdu read = initiator.receive();
    assertThat(read.opcode()).isEqualTo(0x25);
    assertThat(read.data()).hasSize(BYTES).containsOnly(0);
    assertThat(read.u32(32) - read.u32(28)).as("the window is whole").isEqualTo(255);
  }

  @ParameterizedTest
  @CsvSource({
    "a DataSN that is too high, 27, 0, 0x80, 1024, 0xB4705",
    "a DataSN of minus one, -1, 0, 0x80, 1024, 0xB4705",
    "a gap in the offsets, 0, 512, 0x80, 512, 0xB4705",
    "an offset before the start, 0, -512, 0x80, 512, 0xB4705",
    "more than was asked for, 0, 0, 0x80, 1536, 0xB0C0D",
    "less than was asked for, 0, 0, 0x80, 512, 0xB0C0D",
    "nothing of what was asked for, 0, 0, 0x80, 0, 0xB0C0D"
  })
  void aWrongAnswerToAnR2tEndsTheCommand(
      String what, int dataSn, int offset, String flags, int bytes, String sense) throws Exception {
    logIn("Yes");
    int itt = write(WRITE);
    int ttt = initiator.receive().u32(20);

    dataOut(itt, ttt, Integer.decode(flags), dataSn, offset, bytes);

    assertEndedWith(itt, Integer.decode(sense));
    assertNothingElseHappened();
  }

  @Test
  void aRepeatedDataSnEndsTheCommandAndTheRestIsDropped() throws Exception {
    logIn("Yes");
    int itt = write(WRITE);
    int ttt = initiator.receive().u32(20);

    dataOut(itt, ttt, 0, 0, 0, 256);
    dataOut(itt, ttt, 0, 0, 256, 256);
    dataOut(itt, ttt, 0x80, 2, 512, 512);

    assertEndedWith(itt, PROTOCOL_SERVICE_CRC_ERROR);
    assertNothingElseHappened();
  }

  @Test
  void unsolicitedDataOutOfOrderEndsTheCommand() throws Exception {
    logIn("No");
    int itt = write(WRITE & ~0x80);

    dataOut(itt, RawInitiator.NO_TAG, 0, 1, 512, 512);
    dataOut(itt, RawInitiator.NO_TAG, 0x80, 0, 0, 512);

    assertEndedWith(itt, PROTOCOL_SERVICE_CRC_ERROR);
    assertNothingElseHappened();
  }

  @Test
  void moreUnsolicitedDataThanTheFirstBurstEndsTheCommand() throws Exception {
    logIn("No");
    int itt = write(WRITE & ~0x80);

    dataOut(itt, RawInitiator.NO_TAG, 0x80, 0, 0, 2048);

    assertEndedWith(itt, INCORRECT_AMOUNT_OF_DATA);
    assertNothingElseHappened();
  }
}

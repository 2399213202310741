/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions PDU by PDU: order, flow control, data transfer, recovery, and peers that misbehave. */
class SessionProtocolTest {

  private static final int WRITE = 0xA0;
  private static final int READ = 0xC0;
  private static final int LUNS_CHANGED = 0x63F0E;
  private static final int POWER_ON = 0x62900;

  private ServedTarget served;

  @BeforeEach
  void start() throws Exception {
    served = new ServedTarget();
    served.target().mapForAll(0, unit(served.volume("v0", 16 << 20), "v0"));
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private RawInitiator connect() throws Exception {
    return new RawInitiator(served.target().portal());
  }

  private RawInitiator loggedIn(String... keys) throws Exception {
    RawInitiator initiator = connect();
    assertThat(initiator.login(ALICE.value(), 1, keys).u16(36)).isZero();
    initiator.settle();
    return initiator;
  }

  private static byte[] pattern(int bytes, int seed) {
    byte[] data = new byte[bytes];
    new Random(seed).nextBytes(data);
    return data;
  }

  private static byte[] read(RawInitiator initiator, int lba, int blocks) throws Exception {
    initiator.send(
        initiator.command(
            READ, blocks * 512, 0x28, 0, 0, 0, lba >> 8, lba, 0, blocks >> 8, blocks));
    byte[] all = new byte[blocks * 512];
    int sn = 0;
    while (true) {
      Pdu pdu = initiator.receive();
      assertThat(pdu.opcode()).isEqualTo(0x25);
      assertThat(pdu.u32(36)).isEqualTo(sn++);
      System.arraycopy(pdu.data(), 0, all, pdu.u32(40), pdu.data().length);
      if ((pdu.flags() & 1) != 0) {
        return all;
      }
    }
  }

  @Test
  void aNewSessionIsToldThatTheUnitCameUp() throws Exception {
    try (RawInitiator initiator = connect()) {
      Pdu login = initiator.login(ALICE.value(), 1);
      assertThat(login.u16(14)).as("TSIH").isNotZero();

      initiator.send(initiator.command(0x80, 0, 0));
      assertThat(initiator.receive().sense()).isEqualTo(POWER_ON);
      initiator.send(initiator.command(0x80, 0, 0));
      assertThat(initiator.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
    }
  }

  @ParameterizedTest
  @CsvSource({"Yes,Yes", "Yes,No", "No,Yes", "No,No"})
  void everyWayOfSendingDataWrites(String initialR2t, String immediateData) throws Exception {
    byte[] data = pattern(96 * 512, 3);
    try (RawInitiator initiator =
        loggedIn(
            "InitialR2T=" + initialR2t,
            "ImmediateData=" + immediateData,
            "FirstBurstLength=8192",
            "MaxBurstLength=16384",
            "MaxOutstandingR2T=2")) {
      boolean unsolicited = initialR2t.equals("No");
      int immediate = immediateData.equals("Yes") ? 4096 : 0;
      ByteBuffer command =
          initiator.command(
              unsolicited ? WRITE & ~0x80 : WRITE, data.length, 0x2A, 0, 0, 0, 0, 8, 0, 0, 96);
      int tag = command.getInt(16);
      initiator.send(command, Arrays.copyOf(data, immediate));
      int sent = immediate;
      if (unsolicited) {
        dataOut(initiator, tag, RawInitiator.NO_TAG, 0, data, sent, 8192 - sent);
        sent = 8192;
      }
      int r2tSn = 0;
      while (true) {
        Pdu pdu = initiator.receive();
        if (pdu.opcode() == 0x21) {
          assertThat(pdu.u8(3)).isEqualTo(RawInitiator.GOOD);
          assertThat(pdu.u32(44)).as("residual").isZero();
          break;
        }
        assertThat(pdu.opcode()).isEqualTo(0x31);
        assertThat(pdu.u32(36)).isEqualTo(r2tSn++);
        assertThat(pdu.u32(40)).as("buffer offset").isEqualTo(sent);
        assertThat(pdu.u32(44)).isLessThanOrEqualTo(16384);
        dataOut(initiator, tag, pdu.u32(20), 0, data, sent, pdu.u32(44));
        sent += pdu.u32(44);
      }
      assertThat(sent).isEqualTo(data.length);
      assertThat(read(initiator, 8, 96)).isEqualTo(data);
    }
  }

  private static void dataOut(
      RawInitiator initiator, int itt, int ttt, int dataSn, byte[] data, int offset, int bytes)
      throws Exception {
    ByteBuffer header =
        RawInitiator.header(0x05, 0x80, itt).putInt(20, ttt).putInt(36, dataSn).putInt(40, offset);
    initiator.send(header, Arrays.copyOfRange(data, offset, offset + bytes));
  }

  @Test
  void readsKeepToTheInitiatorsSegmentLength() throws Exception {
    try (RawInitiator initiator = loggedIn("MaxRecvDataSegmentLength=512")) {
      initiator.send(initiator.command(READ, 4096, 0x28, 0, 0, 0, 0, 0, 0, 0, 8));
      for (int i = 0; i < 8; i++) {
        Pdu pdu = initiator.receive();
        assertThat(pdu.data()).hasSize(512);
        assertThat(pdu.u32(40)).isEqualTo(i * 512);
      }
    }
  }

  @Test
  void residualsSayWhatWasAnnouncedTooMuchOrTooLittle() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      initiator.send(initiator.command(READ, 1024, 0x28, 0, 0, 0, 0, 0, 0, 0, 1));
      Pdu under = initiator.receive();
      assertThat(under.flags() & 0x06).isEqualTo(0x02);
      assertThat(under.u32(44)).isEqualTo(512);

      initiator.send(initiator.command(READ, 512, 0x28, 0, 0, 0, 0, 0, 0, 0, 3));
      Pdu over = initiator.receive();
      assertThat(over.flags() & 0x06).isEqualTo(0x04);
      assertThat(over.u32(44)).isEqualTo(1024);
      assertThat(over.data()).hasSize(512);
    }
  }

  @Test
  void duplicatesAndCommandsBeyondTheWindowAreIgnored() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      ByteBuffer duplicate = initiator.command(0x80, 0, 0).putInt(24, initiator.cmdSn - 2);
      initiator.cmdSn--;
      initiator.send(duplicate);
      ByteBuffer beyond = initiator.command(0x80, 0, 0).putInt(24, initiator.cmdSn + 5000);
      initiator.cmdSn--;
      initiator.send(beyond);
      ByteBuffer right = initiator.command(0x80, 0, 0);
      initiator.send(right);

      assertThat(initiator.receive().u32(16)).isEqualTo(right.getInt(16));
    }
  }

  @Test
  void pingsAreAnsweredWithTheirData() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      byte[] data = pattern(777, 1);
      initiator.send(RawInitiator.header(0x40, 0x80, 55).putInt(20, RawInitiator.NO_TAG), data);

      Pdu answer = initiator.receive();
      assertThat(answer.opcode()).isEqualTo(0x20);
      assertThat(answer.u32(16)).isEqualTo(55);
      assertThat(answer.data()).isEqualTo(data);
    }
  }

  @Test
  void logoutIsAnsweredBeforeTheConnectionCloses() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      initiator.send(RawInitiator.header(0x46, 0x80, 9).putInt(24, initiator.cmdSn));

      assertThat(initiator.receive().opcode()).isEqualTo(0x26);
      assertThat(initiator.isClosed()).isTrue();
    }
  }

  @Test
  void aLoginWithTheSameIsidReplacesTheSession() throws Exception {
    try (RawInitiator old = loggedIn();
        RawInitiator fresh = connect()) {
      assertThat(fresh.login(ALICE.value(), 1).u16(36)).isZero();

      assertThat(old.isClosed()).isTrue();
      assertThat(served.target().sessions()).hasSize(1);
      fresh.settle();
    }
  }

  @Test
  void anotherIsidIsAnotherSession() throws Exception {
    try (RawInitiator one = loggedIn();
        RawInitiator two = connect()) {
      assertThat(two.login(ALICE.value(), 2).u16(36)).isZero();
      two.settle();
      one.settle();

      assertThat(served.target().sessions()).hasSize(2);
    }
  }

  @Test
  void sessionsLearnOfLunsThatComeAndGo() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      BlockDevice second = served.volume("v1", 1 << 20);
      served.target().map(ALICE, 1, unit(second, "v1"));
      initiator.send(initiator.command(0x80, 0, 0));
      assertThat(initiator.receive().sense()).isEqualTo(LUNS_CHANGED);

      served.target().unmap(ALICE, 1);
      initiator.send(initiator.command(0x80, 0, 0));
      assertThat(initiator.receive().sense()).isEqualTo(LUNS_CHANGED);
      initiator.send(initiator.command(0x80, 0, 0).put(9, (byte) 1));
      assertThat(initiator.receive().sense()).as("logical unit not supported").isEqualTo(0x52500);
    }
  }

  @Test
  void abortOfAWriteThatWaitsForDataLeavesNothingBehind() throws Exception {
    try (RawInitiator initiator = loggedIn("InitialR2T=Yes", "ImmediateData=No")) {
      ByteBuffer write = initiator.command(WRITE, 512, 0x2A, 0, 0, 0, 0, 0, 0, 0, 1);
      initiator.send(write);
      Pdu r2t = initiator.receive();
      assertThat(r2t.opcode()).isEqualTo(0x31);

      initiator.send(
          RawInitiator.header(0x42, 0x81, 900)
              .putInt(20, write.getInt(16))
              .putInt(24, initiator.cmdSn));
      Pdu aborted = initiator.receive();
      assertThat(aborted.opcode()).isEqualTo(0x22);
      assertThat(aborted.u8(2)).as("function complete").isZero();

      dataOut(initiator, write.getInt(16), r2t.u32(20), 0, pattern(512, 9), 0, 512);
      assertThat(read(initiator, 0, 1)).containsOnly(0);
    }
  }

  @Test
  void abortOfAnUnknownTaskSaysSo() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      initiator.send(
          RawInitiator.header(0x42, 0x81, 900).putInt(20, 4711).putInt(24, initiator.cmdSn));

      assertThat(initiator.receive().u8(2)).isEqualTo(1);
    }
  }

  @Test
  void aLogicalUnitResetReachesEverySession() throws Exception {
    try (RawInitiator alice = loggedIn();
        RawInitiator bob = connect()) {
      assertThat(bob.login(BOB.value(), 1).u16(36)).isZero();
      bob.settle();

      alice.send(RawInitiator.header(0x42, 0x85, 900).putInt(24, alice.cmdSn));
      assertThat(alice.receive().u8(2)).isZero();

      bob.send(bob.command(0x80, 0, 0));
      assertThat(bob.receive().sense()).as("bus device reset function").isEqualTo(0x62903);
    }
  }

  @Test
  void endingTheSessionsOfAnInitiatorClosesItsConnections() throws Exception {
    try (RawInitiator alice = loggedIn();
        RawInitiator bob = connect()) {
      assertThat(bob.login(BOB.value(), 1).u16(36)).isZero();

      served.target().endSessions(ALICE);

      assertThat(alice.isClosed()).isTrue();
      bob.settle();
      assertThat(served.target().sessions()).hasSize(1);
    }
  }

  @Test
  void dataThatNobodyAskedForEndsTheConnection() throws Exception {
    try (RawInitiator initiator = loggedIn("InitialR2T=Yes", "ImmediateData=No")) {
      ByteBuffer write = initiator.command(WRITE, 1024, 0x2A, 0, 0, 0, 0, 0, 0, 0, 2);
      initiator.send(write);
      int ttt = initiator.receive().u32(20);
      dataOut(initiator, write.getInt(16), ttt + 1, 0, pattern(1024, 2), 0, 1024);

      assertThat(initiator.isClosed()).isTrue();
    }
  }

  @Test
  void aSegmentLongerThanDeclaredEndsTheConnection() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      initiator.sendRaw(
          RawInitiator.header(0x40, 0x80, 5).putInt(4, 0xFF_FFFF).putInt(20, -1).array());

      assertThat(initiator.isClosed()).isTrue();
    }
  }

  @Test
  void anUnknownOpcodeIsRejectedWithItsHeader() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      ByteBuffer unknown = RawInitiator.header(0x1D, 0x80, 77);
      initiator.send(unknown);

      Pdu reject = initiator.receive();
      assertThat(reject.opcode()).isEqualTo(0x3F);
      assertThat(reject.u8(2)).as("command not supported").isEqualTo(5);
      assertThat(reject.data()).isEqualTo(unknown.array());
    }
  }

  @Test
  void noiseNeverHurtsOthers() throws Exception {
    try (RawInitiator honest = loggedIn()) {
      Random random = new Random(4);
      for (int i = 0; i < 200; i++) {
        try (RawInitiator noisy = connect()) {
          byte[] noise = new byte[random.nextInt(400)];
          random.nextBytes(noise);
          if (i % 2 == 0) {
            noisy.login(BOB.value(), i);
            noise = shortSegments(noise);
          }
          noisy.sendRaw(noise);
        } catch (java.io.IOException e) {
          assertThat(e).as("the target may close first").isNotNull();
        }
      }
      byte[] data = pattern(512, 5);
      honest.send(honest.command(WRITE, 512, 0x2A, 0, 0, 0, 0, 1, 0, 0, 1), data);
      assertThat(honest.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
      assertThat(read(honest, 1, 1)).isEqualTo(data);
    }
  }

  /** Noise whose first length field is small, so that it is parsed further; addressed to LUN 9. */
  private static byte[] shortSegments(byte[] noise) {
    if (noise.length >= 48) {
      noise[4] = 0;
      noise[5] = 0;
      noise[6] = 0;
      noise[9] = 9;
    }
    return noise;
  }

  @Test
  void closingWaitsForNobody() throws Exception {
    RawInitiator initiator = loggedIn();
    served.target().close();

    assertThat(initiator.isClosed()).isTrue();
    initiator.close();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.SessionFixture.bytes;
import static io.lunette.iscsi.target.SessionFixture.dataOut;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R2Ts, bursts, and the command window (RFC 7143 §4.2.2, §11.8). */
class DataFlowTest {

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 3", "8, 8", "20, 8"})
  void asManyR2tsAreOutstandingAsWereAgreedOn(int offered, int outstanding) throws Exception {
    try (SessionFixture fixture = new SessionFixture();
        RawInitiator initiator =
            fixture.loggedIn(
                "InitialR2T=Yes",
                "ImmediateData=No",
                "MaxBurstLength=512",
                "MaxOutstandingR2T=" + offered)) {
      ByteBuffer write = SessionFixture.write(initiator, 32);
      initiator.send(write);
      List<Pdu> r2ts = new ArrayList<>();
      for (int i = 0; i < outstanding; i++) {
        r2ts.add(initiator.receive());
      }
      initiator.send(
          RawInitiator.header(0x40, 0x80, 999).putInt(20, RawInitiator.NO_TAG), new byte[0]);
      assertThat(initiator.receive().opcode()).as("no further R2T before data").isEqualTo(0x20);

      for (int i = 0; i < 32; i++) {
        Pdu r2t = r2ts.get(i);
        assertThat(r2t.opcode()).isEqualTo(0x31);
        assertThat(r2t.u32(36)).as("R2TSN").isEqualTo(i);
        assertThat(r2t.u32(40)).as("offset").isEqualTo(512 * i);
        assertThat(r2t.u32(44)).as("desired length").isEqualTo(512);
        initiator.send(dataOut(write.getInt(16), r2t.u32(20), 0x80, 0, 512 * i), bytes(512, i + 1));
        if (r2ts.size() < 32) {
          r2ts.add(initiator.receive());
        }
      }
      Pdu status = initiator.receive();
      assertThat(status.opcode()).isEqualTo(0x21);
      assertThat(status.u8(3)).isEqualTo(RawInitiator.GOOD);
      for (int i = 0; i < 32; i++) {
        assertThat(fixture.device.bytes(512L * i, 512)).containsOnly(i + 1);
      }
    }
  }

  @Test
  void unsolicitedDataStopsAtTheFirstBurst() throws Exception {
    try (SessionFixture fixture = new SessionFixture();
        RawInitiator initiator =
            fixture.loggedIn(
                "InitialR2T=No",
                "ImmediateData=Yes",
                "FirstBurstLength=1024",
                "MaxBurstLength=2048")) {
      ByteBuffer write = initiator.command(0x20, 8 * 512, 0x2A, 0, 0, 0, 0, 0, 0, 0, 8);
      initiator.send(write, bytes(512, 1));
      initiator.send(dataOut(write.getInt(16), RawInitiator.NO_TAG, 0x80, 0, 512), bytes(512, 2));
      int at = 1024;
      for (int burst : new int[] {2048, 1024}) {
        Pdu r2t = initiator.receive();
        assertThat(r2t.u32(40)).isEqualTo(at);
        assertThat(r2t.u32(44)).isEqualTo(burst);
        initiator.send(dataOut(write.getInt(16), r2t.u32(20), 0x80, 0, at), bytes(burst, 3));
        at += burst;
      }
      assertThat(initiator.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
      assertThat(fixture.device.bytes(0, 512)).containsOnly(1);
      assertThat(fixture.device.bytes(512, 512)).containsOnly(2);
      assertThat(fixture.device.bytes(1024, 3072)).containsOnly(3);
    }
  }

  @Test
  void theWindowTakes128CommandsAtATimeAndReopens() throws Exception {
    BlockingQueue<Runnable> unanswered = new LinkedBlockingQueue<>();
    try (SessionFixture fixture = new SessionFixture(TargetLimits.DEFAULT, unanswered::add);
        RawInitiator initiator = fixture.loggedIn()) {
      for (int i = 0; i < 256; i++) {
        initiator.send(SessionFixture.read(initiator, 1));
      }
      List<Runnable> answers = new ArrayList<>();
      for (int i = 0; i < 256; i++) {
        answers.add(unanswered.take());
      }
      ByteBuffer beyond = SessionFixture.read(initiator, 1);
      initiator.send(beyond);
      initiator.send(RawInitiator.header(0x40, 0x80, 9999).putInt(20, RawInitiator.NO_TAG));
      Pdu ping = initiator.receive();
      assertThat(ping.u32(32) - ping.u32(28)).as("the window is shut").isEqualTo(-1);

      answers.forEach(Runnable::run);
      int maxCmdSn = 0;
      for (int i = 0; i < 256; i++) {
        Pdu data = initiator.receive();
        assertThat(data.opcode()).isEqualTo(0x25);
        maxCmdSn = data.u32(32);
      }
      assertThat(maxCmdSn - beyond.getInt(24)).as("it is open again").isEqualTo(255);
      initiator.cmdSn = beyond.getInt(24);
      initiator.settle();
    }
  }

  @Test
  void immediateCommandsTakeNoNumber() throws Exception {
    try (SessionFixture fixture = new SessionFixture();
        RawInitiator initiator = fixture.loggedIn()) {
      for (int i = 0; i < 3; i++) {
        ByteBuffer immediate = initiator.command(0x80, 0, 0).put(0, (byte) 0x41);
        initiator.cmdSn--;
        initiator.send(immediate);
        Pdu answer = initiator.receive();
        assertThat(answer.u8(3)).isEqualTo(RawInitiator.GOOD);
        assertThat(answer.u32(28)).as("ExpCmdSN").isEqualTo(initiator.cmdSn);
      }
      initiator.settle();
    }
  }
}

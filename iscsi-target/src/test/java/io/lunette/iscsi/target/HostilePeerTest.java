/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static io.lunette.iscsi.target.ServedTarget.NAME;
import static io.lunette.iscsi.target.SessionFixture.bytes;
import static io.lunette.iscsi.target.SessionFixture.dataOut;
import static io.lunette.iscsi.target.SessionFixture.taskManagement;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.iscsi.LogCapture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Peers that send what may not be sent. After each attack an honest session is served, nothing is
 * held for the attacker, and the log tells of no defect.
 */
class HostilePeerTest {

  private LogCapture log;
  private SessionFixture fixture;
  private RawInitiator honest;

  @BeforeEach
  void start() throws Exception {
    log = new LogCapture();
    fixture = new SessionFixture();
    honest = fixture.loggedIn();
  }

  /** What every attack has to leave behind: nothing. */
  @AfterEach
  void stop() throws Exception {
    fixture.awaitOnly(honest);
    honest.close();
    fixture.close();
    log.close();
    assertThat(log.defects()).isEmpty();
  }

  private RawInitiator attacker(String... keys) throws Exception {
    RawInitiator attacker = fixture.connect();
    assertThat(attacker.login(BOB.value(), 9, keys).u16(36)).isZero();
    return attacker;
  }

  private static byte[] login() {
    ByteBuffer header = RawInitiator.header(0x43, 0x87, 1).putLong(8, 9L << 16).putInt(24, 100);
    byte[] text = RawInitiator.text("InitiatorName=" + BOB, "TargetName=" + NAME);
    header.putInt(4, text.length);
    byte[] pdu = Arrays.copyOf(header.array(), 48 + (text.length + 3 & ~3));
    System.arraycopy(text, 0, pdu, 48, text.length);
    return pdu;
  }

  /** Sends bytes; the target may close the connection meanwhile. */
  private static void sendAtRisk(RawInitiator attacker, byte[] bytes) throws IOException {
    try {
      attacker.sendRaw(bytes);
    } catch (SocketException e) {
      assertThat(e).hasMessageMatching(".*(reset|pipe|closed).*");
    }
  }

  @Test
  void loginsTruncatedAtEveryByte() throws Exception {
    byte[] login = login();
    for (int length = 0; length < login.length; length++) {
      try (RawInitiator attacker = fixture.connect()) {
        attacker.sendRaw(Arrays.copyOf(login, length));
        if (length % 2 == 0) {
          attacker.shutdownOutput();
          assertThat(attacker.countUntilClosed()).isZero();
        }
      }
    }
  }

  @Test
  void pdusOfASessionTruncatedAtEveryByte() throws Exception {
    try (RawInitiator pattern = new RawInitiator(fixture.served.target().portal())) {
      List<byte[]> pdus =
          List.of(
              pattern.encode(SessionFixture.write(pattern, 1), new byte[0], bytes(512, 1)),
              pattern.encode(
                  RawInitiator.header(0x40, 0x80, 5).putInt(20, -1), new byte[0], bytes(20, 1)),
              pattern.encode(
                  RawInitiator.header(0x44, 0x80, 5).putInt(20, -1),
                  new byte[0],
                  RawInitiator.text("SendTargets=")),
              pattern.encode(taskManagement(pattern, 5), new byte[0], new byte[0]),
              pattern.encode(RawInitiator.header(0x46, 0x80, 5), new byte[0], new byte[0]));
      for (byte[] pdu : pdus) {
        for (int length = 1; length < pdu.length; length += pdu.length > 100 ? 13 : 3) {
          try (RawInitiator attacker = attacker()) {
            attacker.sendRaw(Arrays.copyOf(pdu, length));
          }
        }
      }
    }
  }

  @Test
  void everyOpcodeBeforeTheLogin() throws Exception {
    for (int first = 0; first < 256; first++) {
      if ((first & 0x3F) == 0x03) {
        continue;
      }
      try (RawInitiator attacker = fixture.connect()) {
        attacker.send(RawInitiator.header(first, 0x80, 5));
        assertThat(attacker.countUntilClosed()).as("opcode %x", first).isZero();
      }
    }
  }

  @Test
  void everyOpcodeWithEveryFlagInASession() throws Exception {
    Random random = new Random(7143);
    for (int first = 0; first < 256; first++) {
      for (int flags : new int[] {0x00, 0x80, 0x20, 0x40, 0xC0, 0xA0, 0xE0, 0xFF, 0x07}) {
        try (RawInitiator attacker = attacker()) {
          ByteBuffer header = RawInitiator.header(first, flags, random.nextInt());
          header.putInt(20, random.nextInt(3) - 1).putInt(24, attacker.cmdSn);
          header.put(9, (byte) 9);
          sendAtRisk(attacker, header.array());
        }
      }
    }
  }

  @Test
  void pdusWithBitsTurnedOver() throws Exception {
    for (int seed = 0; seed < 600; seed++) {
      Random random = new Random(seed);
      try (RawInitiator attacker =
          attacker("InitialR2T=No", random.nextBoolean() ? "HeaderDigest=CRC32C" : "X-a=b")) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int i = 0; i < 6; i++) {
          stream.write(mutant(attacker, random));
        }
        sendAtRisk(attacker, stream.toByteArray());
        if (random.nextBoolean()) {
          attacker.shutdownOutput();
        }
      }
    }
  }

  /** A legal PDU to a LUN that is not there, with some bits turned over. */
  private static byte[] mutant(RawInitiator attacker, Random random) {
    ByteBuffer header =
        switch (random.nextInt(6)) {
          case 0 -> SessionFixture.write(attacker, 1 + random.nextInt(64));
          case 1 -> SessionFixture.read(attacker, 1 + random.nextInt(64));
          case 2 -> dataOut(random.nextInt(9), random.nextInt(9) - 1, 0x80, 0, 0);
          case 3 -> taskManagement(attacker, 1 + random.nextInt(8));
          case 4 -> RawInitiator.header(0x44, 0x80, 5).putInt(20, -1);
          default -> RawInitiator.header(0x40, 0x80, 5).putInt(20, -1);
        };
    byte[] pdu =
        attacker.encode(header.put(9, (byte) 9), new byte[0], bytes(4 * random.nextInt(200), 'a'));
    for (int flips = random.nextInt(4); flips > 0; flips--) {
      pdu[random.nextInt(Math.min(pdu.length, 60))] ^= (byte) (1 << random.nextInt(8));
    }
    pdu[9] = 9;
    return pdu;
  }

  @Test
  void aFloodOfLoginsThatFail() throws Exception {
    for (int i = 0; i < 500; i++) {
      try (RawInitiator attacker = fixture.connect()) {
        assertThat(
                attacker
                    .loginWith(9, RawInitiator.text("InitiatorName=" + BOB, "TargetName=iqn.x"))
                    .u16(36))
            .isEqualTo(0x0203);
      }
    }
    honest.settle();
  }

  @Test
  void aFloodOfImmediateCommandsIsCutAtTheWindow() throws Exception {
    try (RawInitiator attacker = attacker("InitialR2T=Yes", "ImmediateData=No")) {
      ByteArrayOutputStream flood = new ByteArrayOutputStream();
      for (int i = 0; i < 300; i++) {
        ByteBuffer write = SessionFixture.write(attacker, 1).put(0, (byte) 0x41).putInt(24, 100);
        flood.write(write.array());
      }
      attacker.sendRaw(flood.toByteArray());
      int r2ts = 0;
      int rejects = 0;
      for (int i = 0; i < 300; i++) {
        RawInitiator.Pdu pdu = attacker.receive();
        if (pdu.opcode() == 0x31) {
          r2ts++;
        } else if (pdu.opcode() == 0x3F) {
          assertThat(pdu.u8(2)).as("immediate command reject").isEqualTo(6);
          rejects++;
        }
      }
      assertThat(rejects).as("beyond the window, but for unit attentions").isBetween(1, 44);
      assertThat(r2ts).isBetween(1, 256);
      honest.settle();
    }
  }

  @Test
  void aFloodOfPingsIsAnsweredOneByOne() throws Exception {
    try (RawInitiator attacker = attacker()) {
      ByteArrayOutputStream flood = new ByteArrayOutputStream();
      for (int i = 0; i < 20_000; i++) {
        flood.write(RawInitiator.header(0x40, 0x80, i).putInt(20, RawInitiator.NO_TAG).array());
      }
      Thread sender = new Thread(() -> sendUnchecked(attacker, flood.toByteArray()));
      sender.start();
      for (int i = 0; i < 20_000; i++) {
        assertThat(attacker.receive().u32(16)).isEqualTo(i);
      }
      sender.join();
      honest.settle();
    }
  }

  private static void sendUnchecked(RawInitiator attacker, byte[] bytes) {
    try {
      attacker.sendRaw(bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aFloodOfTextIsAnsweredOneByOne() throws Exception {
    try (RawInitiator attacker = attacker()) {
      byte[] question =
          attacker.encode(
              RawInitiator.header(0x44, 0x80, 5).putInt(20, RawInitiator.NO_TAG),
              new byte[0],
              RawInitiator.text("SendTargets="));
      ByteArrayOutputStream flood = new ByteArrayOutputStream();
      for (int i = 0; i < 3_000; i++) {
        flood.write(question);
      }
      Thread sender = new Thread(() -> sendUnchecked(attacker, flood.toByteArray()));
      sender.start();
      for (int i = 0; i < 3_000; i++) {
        assertThat(attacker.receive().opcode()).isEqualTo(0x24);
      }
      sender.join();
    }
  }

  @Test
  void textThatGoesOnForEverIsRejected() throws Exception {
    try (RawInitiator attacker = attacker()) {
      int tag = RawInitiator.NO_TAG;
      RawInitiator.Pdu answer;
      int pieces = 0;
      do {
        attacker.send(RawInitiator.header(0x44, 0x40, 5).putInt(20, tag), bytes(4096, 'a'));
        answer = attacker.receive();
        tag = answer.u32(20);
        assertThat(++pieces).isLessThan(20);
      } while (answer.opcode() == 0x24);
      assertThat(answer.opcode()).isEqualTo(0x3F);
      assertThat(attacker.countUntilClosed()).isZero();
    }
  }

  @Test
  void aPeerThatStopsSendingInTheMiddleOfATransfer() throws Exception {
    try (RawInitiator attacker = attacker("InitialR2T=Yes", "ImmediateData=No")) {
      attacker.settle();
      ByteBuffer write = SessionFixture.write(attacker, 2048);
      attacker.send(write);
      int ttt = attacker.receive().u32(20);
      byte[] half =
          attacker.encode(
              dataOut(write.getInt(16), ttt, 0, 0, 0), new byte[0], bytes(256 << 10, 1));
      attacker.sendRaw(Arrays.copyOf(half, half.length / 2));
      attacker.shutdownOutput();
      assertThat(attacker.isClosed()).isTrue();
    }
  }

  @Test
  void aPeerThatAnswersAnR2tTwice() throws Exception {
    try (RawInitiator attacker = attacker("InitialR2T=Yes", "ImmediateData=No")) {
      attacker.settle();
      ByteBuffer write = SessionFixture.write(attacker, 1);
      attacker.send(write);
      int ttt = attacker.receive().u32(20);
      ByteBuffer data = dataOut(write.getInt(16), ttt, 0x80, 0, 0);
      attacker.send(data, bytes(512, 1));
      assertThat(attacker.receive().u8(3)).isEqualTo(RawInitiator.GOOD);

      attacker.send(data, bytes(512, 2));
      attacker.settle();
      assertThat(fixture.device.bytes(0, 512)).containsOnly(1);
    }
  }

  @Test
  void theHonestInitiatorsNameIsNoKey() throws Exception {
    try (RawInitiator attacker = fixture.connect()) {
      fixture.served.require(ALICE, "alice", "alice-secret-1");
      assertThat(attacker.login(ALICE.value(), 1).u16(36)).isEqualTo(0x0201);
    }
    honest.settle();
  }
}

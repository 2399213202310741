/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.SessionFixture.assertRejects;
import static io.lunette.iscsi.target.SessionFixture.bytes;
import static io.lunette.iscsi.target.SessionFixture.dataOut;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Header and data digests (RFC 7143 §7.8, §13.1), both ways, whole and spoiled. */
class DigestTest {

  private static final int DATA_DIGEST_ERROR = 2;

  private SessionFixture fixture;
  private RawInitiator initiator;

  @BeforeEach
  void start() throws Exception {
    fixture = new SessionFixture();
    initiator = fixture.connect();
  }

  @AfterEach
  void stop() throws Exception {
    initiator.close();
    fixture.close();
  }

  private void logIn(String header, String data) throws Exception {
    var answered =
        RawInitiator.pairs(
            initiator
                .login(
                    ALICE.value(),
                    1,
                    "HeaderDigest=" + header,
                    "DataDigest=" + data,
                    "InitialR2T=Yes",
                    "MaxRecvDataSegmentLength=1000")
                .data());
    initiator.headerDigest = answered.get("HeaderDigest").equals("CRC32C");
    initiator.dataDigest = answered.get("DataDigest").equals("CRC32C");
    initiator.settle();
  }

  @ParameterizedTest
  @CsvSource({
    "'CRC32C,None', 'CRC32C,None', true, true",
    "'None,CRC32C', CRC32C, false, true",
    "CRC32C, 'None,CRC32C', true, false",
    "None, None, false, false"
  })
  void theInitiatorsFirstChoiceProtectsBothWays(
      String header, String data, boolean headerDigest, boolean dataDigest) throws Exception {
    logIn(header, data);
    assertThat(initiator.headerDigest).isEqualTo(headerDigest);
    assertThat(initiator.dataDigest).isEqualTo(dataDigest);

    initiator.send(SessionFixture.write(initiator, 4), bytes(2048, 0x5A));
    assertThat(initiator.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
    initiator.send(SessionFixture.read(initiator, 4));
    int got = 0;
    while (got < 2048) {
      byte[] piece = initiator.receive().data();
      assertThat(piece).containsOnly(0x5A);
      got += piece.length;
    }
    initiator.send(
        RawInitiator.header(0x40, 0x80, 55).putInt(20, RawInitiator.NO_TAG), bytes(777, 7));
    assertThat(initiator.receive().data()).hasSize(777);
  }

  @Test
  void aSpoiledHeaderDropsTheConnectionWithoutAWord() throws Exception {
    logIn("CRC32C", "None");
    byte[] pdu = initiator.encode(initiator.command(0x80, 0, 0), new byte[0], new byte[0]);
    pdu[20] ^= 1;
    initiator.sendRaw(pdu);

    assertThat(initiator.countUntilClosed()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x00, 0x04})
  void aSpoiledPayloadIsRejectedAndTheSessionEnds(int opcode) throws Exception {
    logIn("CRC32C", "CRC32C");
    ByteBuffer header =
        switch (opcode) {
          case 0x01 -> SessionFixture.write(initiator, 1);
          case 0x00 -> RawInitiator.header(0x40, 0x80, 55).putInt(20, RawInitiator.NO_TAG);
          default -> RawInitiator.header(0x44, 0x80, 55).putInt(20, RawInitiator.NO_TAG);
        };
    byte[] pdu = initiator.encode(header, new byte[0], bytes(512, 1));
    pdu[60] ^= 1;
    initiator.sendRaw(pdu);

    assertRejects(initiator.receive(), DATA_DIGEST_ERROR, header);
    assertThat(initiator.countUntilClosed()).isZero();
    assertThat(fixture.device.count(MemoryBlockDevice.Operation.WRITE)).isZero();
  }

  @Test
  void aSpoiledDataOutWritesNothing() throws Exception {
    logIn("CRC32C", "CRC32C");
    ByteBuffer write = SessionFixture.write(initiator, 2);
    initiator.send(write);
    int ttt = initiator.receive().u32(20);
    ByteBuffer header = dataOut(write.getInt(16), ttt, 0x80, 0, 0);
    byte[] pdu = initiator.encode(header, new byte[0], bytes(1024, 1));
    pdu[pdu.length - 1] ^= 1;
    initiator.sendRaw(pdu);

    assertRejects(initiator.receive(), DATA_DIGEST_ERROR, header);
    assertThat(initiator.countUntilClosed()).isZero();
    assertThat(fixture.device.count(MemoryBlockDevice.Operation.WRITE)).isZero();
  }
}

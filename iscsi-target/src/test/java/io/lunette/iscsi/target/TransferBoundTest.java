/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static io.lunette.iscsi.target.SessionFixture.BUSY;
import static io.lunette.iscsi.target.SessionFixture.bytes;
import static io.lunette.iscsi.target.SessionFixture.dataOut;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What all sessions, and those of one initiator, may hold ({@link TargetLimits#transferBytes}). */
class TransferBoundTest {

  private static final int BOUND = 16 << 20;
  private static final String CAROL = "iqn.2026-11.com.example:carol";
  private static final int TRANSFER_BLOCKS = 16_384;
  private static final int ABORT_TASK_SET = 2;

  private SessionFixture fixture;
  private RawInitiator greedy;
  private RawInitiator another;
  private RawInitiator modest;

  /** A write of 8 MiB, whose data does not come, of each of two initiators: all there is. */
  @BeforeEach
  void fill() throws Exception {
    fixture = new SessionFixture(TargetLimits.DEFAULT.withTransferBytes(BOUND));
    greedy = fixture.loggedInAs(BOB.value(), 1, "InitialR2T=Yes", "ImmediateData=No");
    another = fixture.loggedInAs(CAROL, 1, "InitialR2T=Yes", "ImmediateData=No");
    modest = fixture.loggedInAs(ALICE.value(), 1, "InitialR2T=Yes", "ImmediateData=Yes");
    for (RawInitiator each : List.of(greedy, another)) {
      each.send(SessionFixture.write(each, TRANSFER_BLOCKS));
      assertThat(each.receive().opcode()).isEqualTo(0x31);
      each.send(RawInitiator.header(0x40, 0x80, 77).putInt(20, RawInitiator.NO_TAG));
      assertThat(each.receive().opcode()).isEqualTo(0x20);
    }
  }

  @AfterEach
  void stop() throws Exception {
    greedy.close();
    another.close();
    fixture.awaitOnly(modest);
    modest.close();
    fixture.close();
  }

  @Test
  void dataThatNobodyAskedForFindsTheTargetBusy() throws Exception {
    modest.send(SessionFixture.write(modest, 8), bytes(4096, 1));

    assertThat(modest.receive().u8(3)).isEqualTo(BUSY);
    assertThat(fixture.served.use().transferBytes()).isGreaterThanOrEqualTo(BOUND);
    assertThat(fixture.device.bytes(0, 4096)).containsOnly(0);
  }

  @Test
  void anInitiatorThatHoldsHalfOfAllWaitsInAllItsSessionsAndKeepsNobodyWaiting() throws Exception {
    another.close();
    modest.settleUntil(fixture.served::use, use -> use.transferBytes() < BOUND);
    try (RawInitiator second = fixture.connect()) {
      assertThat(second.login(BOB.value(), 2, "InitialR2T=Yes").u16(36)).isZero();
      second.send(SessionFixture.write(second, 8), bytes(4096, 1));
      assertThat(second.receive().u8(3)).as("of who holds half").isEqualTo(BUSY);
      ByteBuffer waiting = SessionFixture.read(second, 8);
      second.send(waiting);

      modest.send(SessionFixture.write(modest, 8), bytes(4096, 1));
      assertThat(modest.receive().u8(3)).as("of somebody else").isEqualTo(RawInitiator.GOOD);

      greedy.close();
      assertThat(second.receive().u32(16)).isEqualTo(waiting.getInt(16));
    }
  }

  @Test
  void anAbortLetsNothingOnThatItEnds() throws Exception {
    greedy.send(SessionFixture.read(greedy, 8));
    greedy.send(SessionFixture.read(greedy, 8));
    greedy.send(SessionFixture.taskManagement(greedy, ABORT_TASK_SET));

    RawInitiator.Pdu response = greedy.receive();

    assertThat(response.opcode()).as("no status before it").isEqualTo(0x22);
    assertThat(response.u32(32) - response.u32(28)).as("places behind ExpCmdSN").isEqualTo(255);
  }

  @Test
  void aTransferWaitsUntilOthersHaveGivenBack() throws Exception {
    ByteBuffer read = SessionFixture.read(modest, 8);
    modest.send(read);
    ByteBuffer write = SessionFixture.write(modest, 8);
    modest.send(write);
    modest.send(RawInitiator.header(0x40, 0x80, 78).putInt(20, RawInitiator.NO_TAG));
    assertThat(modest.receive().opcode()).as("pings are answered").isEqualTo(0x20);

    greedy.close();

    assertThat(modest.receive().u32(16)).isEqualTo(read.getInt(16));
    RawInitiator.Pdu r2t = modest.receive();
    assertThat(r2t.opcode()).isEqualTo(0x31);
    modest.send(dataOut(write.getInt(16), r2t.u32(20), 0x80, 0, 0), bytes(4096, 2));
    assertThat(modest.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static io.lunette.iscsi.target.SessionFixture.BUSY;
import static io.lunette.iscsi.target.SessionFixture.bytes;
import static io.lunette.iscsi.target.SessionFixture.dataOut;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What all sessions together may hold ({@link TargetLimits#transferBytes}). */
class TransferBoundTest {

  private static final int BOUND = 16 << 20;
  private static final int TRANSFER_BLOCKS = 16_384;
  private static final int ABORT_TASK_SET = 2;

  private SessionFixture fixture;
  private RawInitiator greedy;
  private RawInitiator modest;

  /** Two writes of 8 MiB, whose data does not come, hold all there is. */
  @BeforeEach
  void fill() throws Exception {
    fixture = new SessionFixture(TargetLimits.DEFAULT.withTransferBytes(BOUND));
    greedy = fixture.loggedInAs(BOB.value(), 1, "InitialR2T=Yes", "ImmediateData=No");
    modest = fixture.loggedInAs(ALICE.value(), 1, "InitialR2T=Yes", "ImmediateData=Yes");
    for (int i = 0; i < 2; i++) {
      greedy.send(SessionFixture.write(greedy, TRANSFER_BLOCKS));
      assertThat(greedy.receive().opcode()).isEqualTo(0x31);
    }
    greedy.send(RawInitiator.header(0x40, 0x80, 77).putInt(20, RawInitiator.NO_TAG));
    assertThat(greedy.receive().opcode()).isEqualTo(0x20);
  }

  @AfterEach
  void stop() throws Exception {
    greedy.close();
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

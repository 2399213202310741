/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static io.lunette.iscsi.target.SessionFixture.taskManagement;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Task management (RFC 7143 §11.5, §11.6) and what other nexuses notice of it. */
class TaskManagementTest {

  private static final int ABORT_TASK = 1;
  private static final int COMMANDS_CLEARED = 0x62F00;
  private static final int DEVICE_RESET = 0x62903;

  private SessionFixture fixture;
  private RawInitiator alice;
  private RawInitiator bob;

  @BeforeEach
  void start() throws Exception {
    fixture = new SessionFixture();
    alice = fixture.loggedInAs(ALICE.value(), 1, "InitialR2T=Yes", "ImmediateData=No");
    bob = fixture.loggedInAs(BOB.value(), 1, "InitialR2T=Yes", "ImmediateData=No");
  }

  @AfterEach
  void stop() throws Exception {
    alice.close();
    bob.close();
    fixture.close();
  }

  /** A write whose data never comes; its task tag. */
  private static int pending(RawInitiator initiator) throws Exception {
    ByteBuffer write = SessionFixture.write(initiator, 1);
    initiator.send(write);
    assertThat(initiator.receive().opcode()).as("R2T").isEqualTo(0x31);
    return write.getInt(16);
  }

  private static int answer(RawInitiator initiator, ByteBuffer request) throws Exception {
    initiator.send(request);
    Pdu answer = initiator.receive();
    assertThat(answer.opcode()).isEqualTo(0x22);
    assertThat(answer.u32(16)).isEqualTo(request.getInt(16));
    return answer.u8(2);
  }

  private static int senseOf(RawInitiator initiator) throws Exception {
    initiator.send(initiator.command(0x80, 0, 0));
    Pdu answer = initiator.receive();
    assertThat(answer.opcode()).isEqualTo(0x21);
    return answer.sense();
  }

  /** The command with this tag is under way no more: its tag is free. */
  private static void assertGone(RawInitiator initiator, int itt) throws Exception {
    initiator.send(initiator.command(0x80, 0, 0).putInt(16, itt));
    assertThat(initiator.receive().opcode()).isEqualTo(0x21);
  }

  @ParameterizedTest
  @CsvSource({
    "ABORT TASK SET, 2, 0, false, 0",
    "CLEAR ACA, 3, 5, false, 0",
    "CLEAR TASK SET, 4, 0, true, 0x62F00",
    "LOGICAL UNIT RESET, 5, 0, true, 0x62903",
    "TARGET WARM RESET, 6, 0, true, 0x62900",
    "TASK REASSIGN, 8, 4, false, 0",
    "what no function has, 9, 5, false, 0"
  })
  void functionsAndWhatOthersNotice(
      String what, int function, int response, boolean othersLoseTasks, String noticed)
      throws Exception {
    int mine = pending(alice);
    int theirs = pending(bob);

    assertThat(answer(alice, taskManagement(alice, function))).isEqualTo(response);

    assertThat(senseOf(bob)).isEqualTo(Integer.decode(noticed));
    if (response == 0) {
      alice.settle();
      assertGone(alice, mine);
    }
    if (othersLoseTasks) {
      assertGone(bob, theirs);
    } else {
      bob.send(bob.command(0x80, 0, 0).putInt(16, theirs));
      assertThat(bob.receive().opcode()).as("still under way").isEqualTo(0x3F);
    }
  }

  @Test
  void aColdResetEndsTheSessionToo() throws Exception {
    assertThat(answer(alice, taskManagement(alice, 7))).isZero();

    assertThat(alice.countUntilClosed()).isZero();
    assertThat(senseOf(bob)).isEqualTo(SessionFixture.POWER_ON);
  }

  @Test
  void aResetReachesNoUnitThatTheInitiatorDoesNotSee() throws Exception {
    MemoryBlockDevice hidden = MemoryBlockDevice.inline(1 << 20, 512);
    fixture.served.target().map(BOB, 9, unit(hidden, "hidden"));
    assertThat(senseOf(bob)).as("LUNs changed").isEqualTo(0x63F0E);
    bob.settle();

    assertThat(answer(alice, taskManagement(alice, 6))).isZero();

    bob.send(bob.command(0x80, 0, 0).put(9, (byte) 9));
    assertThat(bob.receive().sense()).isNotEqualTo(SessionFixture.POWER_ON);
  }

  @Test
  void anUnknownLunIsSaidToBeNone() throws Exception {
    for (int function : new int[] {2, 4, 5}) {
      assertThat(answer(alice, taskManagement(alice, function).put(9, (byte) 3))).isEqualTo(2);
    }
  }

  @Test
  void aTaskIsAbortedByTagAndLun() throws Exception {
    int itt = pending(alice);
    ByteBuffer elsewhere = taskManagement(alice, ABORT_TASK).putInt(20, itt).put(9, (byte) 3);
    assertThat(answer(alice, elsewhere)).as("no such task there").isEqualTo(1);

    assertThat(answer(alice, taskManagement(alice, ABORT_TASK).putInt(20, itt))).isZero();
    assertGone(alice, itt);
  }

  /** A command that has not come counts as received and aborted (RFC 7143 §11.5.5). */
  @Test
  void aCommandThatIsStillUnderWayToTheTargetIsAborted() throws Exception {
    int lost = alice.cmdSn++;
    ByteBuffer abort = taskManagement(alice, ABORT_TASK).putInt(20, 4711).putInt(32, lost);
    assertThat(answer(alice, abort)).isZero();

    alice.send(alice.command(0x80, 0, 0));
    assertThat(alice.receive().u8(3)).as("no gap").isEqualTo(RawInitiator.GOOD);
    alice.cmdSn--;
    ByteBuffer late = alice.command(0x80, 0, 0).putInt(24, lost);
    alice.send(late);
    ByteBuffer next = alice.command(0x80, 0, 0);
    alice.send(next);
    assertThat(alice.receive().u32(16)).as("the late one is ignored").isEqualTo(next.getInt(16));
  }

  @Test
  void aNumberThatCannotComeIsNoTask() throws Exception {
    for (int number : new int[] {alice.cmdSn - 1, alice.cmdSn, alice.cmdSn + 5000}) {
      ByteBuffer abort = taskManagement(alice, ABORT_TASK).putInt(20, 4711).putInt(32, number);
      assertThat(answer(alice, abort)).isEqualTo(1);
    }
    alice.settle();
  }

  @Test
  void theAnswerComesWhenTheDeviceHasLetGo() throws Exception {
    BlockingQueue<Runnable> unanswered = new LinkedBlockingQueue<>();
    try (SessionFixture slow = new SessionFixture(TargetLimits.DEFAULT, unanswered::add);
        RawInitiator initiator = slow.loggedIn()) {
      ByteBuffer read = SessionFixture.read(initiator, 1);
      initiator.send(read);
      Runnable answer = unanswered.take();
      ByteBuffer abort = taskManagement(initiator, ABORT_TASK).putInt(20, read.getInt(16));
      initiator.send(abort);
      initiator.settle();

      answer.run();

      Pdu aborted = initiator.receive();
      assertThat(aborted.opcode()).as("no Data-In of an aborted task").isEqualTo(0x22);
      assertThat(aborted.u8(2)).isZero();
    }
  }

  @Test
  void noMoreThan64FunctionsWaitForTasks() throws Exception {
    BlockingQueue<Runnable> unanswered = new LinkedBlockingQueue<>();
    try (SessionFixture slow = new SessionFixture(TargetLimits.DEFAULT, unanswered::add);
        RawInitiator initiator = slow.loggedIn()) {
      ByteBuffer read = SessionFixture.read(initiator, 1);
      initiator.send(read);
      Runnable answer = unanswered.take();
      for (int i = 0; i < 100; i++) {
        initiator.send(taskManagement(initiator, ABORT_TASK).putInt(20, read.getInt(16)));
      }
      for (int i = 0; i < 36; i++) {
        assertThat(initiator.receive().u8(2)).as("function rejected").isEqualTo(255);
      }

      answer.run();

      for (int i = 0; i < 64; i++) {
        assertThat(initiator.receive().u8(2)).isZero();
      }
      initiator.settle();
    }
  }
}

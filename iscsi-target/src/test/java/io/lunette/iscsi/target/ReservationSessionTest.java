/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.iscsi.target.RawInitiator.Pdu;
import io.lunette.scsi.device.MemoryUnitStateStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reservations over sessions, unmaps and restarts of the target. */
class ReservationSessionTest {

  private static final int RESERVATION_CONFLICT = 0x18;
  private static final int REGISTER = 0;
  private static final int RESERVE = 1;
  private static final int PREEMPT_AND_ABORT = 5;
  private static final int APTPL = 1;
  private static final int EXCLUSIVE_ACCESS = 3;

  private final MemoryUnitStateStore store = new MemoryUnitStateStore();
  private final LogicalUnitSpec unit =
      new LogicalUnitSpec(
          MemoryBlockDevice.inline(1 << 20, 512), new UUID(1, 2), AccessMode.READ_WRITE);
  private IscsiTarget target;

  @BeforeEach
  void start() throws Exception {
    target =
        IscsiTarget.start(
            TargetConfig.of(ServedTarget.NAME, new InetSocketAddress("127.0.0.1", 0))
                .withUnitStates(store));
    target.map(ALICE, 0, unit);
    target.map(BOB, 0, unit);
  }

  @AfterEach
  void stop() {
    target.close();
  }

  private RawInitiator login(InitiatorName name, long isid) throws IOException {
    RawInitiator initiator = new RawInitiator(target.portal());
    assertThat(initiator.login(name.value(), isid).u16(36)).isZero();
    initiator.settle();
    return initiator;
  }

  private static Pdu out(RawInitiator by, int action, int type, long key, long actionKey, int flags)
      throws IOException {
    byte[] list =
        ByteBuffer.allocate(24).putLong(key).putLong(actionKey).put(20, (byte) flags).array();
    by.send(by.command(0xA0, 24, 0x5F, action, type, 0, 0, 0, 0, 0, 24), list);
    return by.receive();
  }

  private static int statusOfRead(RawInitiator by) throws IOException {
    by.send(by.command(0xC0, 512, 0x28, 0, 0, 0, 0, 0, 0, 0, 1));
    return by.receive().u8(3);
  }

  /** All on one event loop, which serves the preempted one when the command ends. */
  @Test
  void preemptAndAbortIsAnsweredWhenTheLastOfThePreemptedHasAborted() throws Exception {
    target.close();
    Duration never = Duration.ofHours(1);
    target =
        IscsiTarget.start(
            TargetConfig.of(ServedTarget.NAME, new InetSocketAddress("127.0.0.1", 0))
                .withEventLoops(1)
                .withLimits(TargetLimits.DEFAULT.withTimes(never, never)));
    target.map(ALICE, 0, unit);
    target.map(BOB, 0, unit);
    try (RawInitiator alice = login(ALICE, 1);
        RawInitiator bob = login(BOB, 1)) {
      assertThat(out(alice, REGISTER, 0, 0, 0xA, 0).u8(3)).isZero();
      assertThat(out(bob, REGISTER, 0, 0, 0xB, 0).u8(3)).isZero();

      assertThat(out(bob, PREEMPT_AND_ABORT, EXCLUSIVE_ACCESS, 0xB, 0xA, 0).u8(3)).isZero();
    }
  }

  private void reserveAsAlice() throws IOException {
    try (RawInitiator alice = login(ALICE, 1)) {
      assertThat(out(alice, REGISTER, 0, 0, 0xA, APTPL).u8(3)).isZero();
      assertThat(out(alice, RESERVE, EXCLUSIVE_ACCESS, 0xA, 0, 0).u8(3)).isZero();
      alice.send(RawInitiator.header(0x46, 0x80, 900).putInt(24, alice.cmdSn));
      assertThat(alice.receive().u8(2)).as("logged out").isZero();
    }
  }

  @Test
  void aReservationIsOfThePortNotOfTheSession() throws Exception {
    reserveAsAlice();

    try (RawInitiator again = login(ALICE, 1);
        RawInitiator otherPort = login(ALICE, 2);
        RawInitiator bob = login(BOB, 1)) {
      assertThat(statusOfRead(again)).isZero();
      assertThat(statusOfRead(otherPort)).isEqualTo(RESERVATION_CONFLICT);
      assertThat(statusOfRead(bob)).isEqualTo(RESERVATION_CONFLICT);
    }
  }

  @Test
  void aReservationOutlivesTheTarget() throws Exception {
    reserveAsAlice();
    target.close();
    start();

    try (RawInitiator bob = login(BOB, 1);
        RawInitiator alice = login(ALICE, 1)) {
      assertThat(statusOfRead(bob)).isEqualTo(RESERVATION_CONFLICT);
      assertThat(statusOfRead(alice)).isZero();
    }
  }

  @Test
  void aUnitThatIsMappedToNobodyForgets() throws Exception {
    reserveAsAlice();
    target.unmap(ALICE, 0);
    try (RawInitiator bob = login(BOB, 1)) {
      assertThat(statusOfRead(bob)).isEqualTo(RESERVATION_CONFLICT);
    }

    target.unmap(BOB, 0);
    target.map(BOB, 0, unit);

    try (RawInitiator bob = login(BOB, 1)) {
      assertThat(statusOfRead(bob)).isZero();
    }
    target.close();
    start();
    try (RawInitiator bob = login(BOB, 1)) {
      assertThat(statusOfRead(bob)).isZero();
    }
  }

  @Test
  void preemptAndAbortEndsACommandThatWaitsForItsData() throws Exception {
    try (RawInitiator alice = login(ALICE, 1);
        RawInitiator bob = login(BOB, 1)) {
      assertThat(out(alice, REGISTER, 0, 0, 0xA, 0).u8(3)).isZero();
      assertThat(out(bob, REGISTER, 0, 0, 0xB, 0).u8(3)).isZero();
      bob.send(bob.command(0xA0, 512, 0x2A, 0, 0, 0, 0, 0, 0, 0, 1));
      assertThat(bob.receive().opcode()).as("R2T").isEqualTo(0x31);

      assertThat(out(alice, PREEMPT_AND_ABORT, EXCLUSIVE_ACCESS, 0xA, 0xB, 0).u8(3)).isZero();

      bob.send(bob.command(0x80, 0, 0));
      assertThat(bob.receive().sense()).as("registrations preempted").isEqualTo(0x62A05);
      bob.send(bob.command(0x80, 0, 0));
      assertThat(bob.receive().sense()).as("commands cleared").isEqualTo(0x62F00);
      assertThat(statusOfRead(bob)).isZero();
    }
  }

  @Test
  void thereIsNoAutoContingentAllegiance() throws Exception {
    try (RawInitiator alice = login(ALICE, 1)) {
      alice.send(alice.command(0x80, 0, 0, 0, 0, 0, 0, 4));
      Pdu refused = alice.receive();
      assertThat(refused.sense()).as("invalid field in CDB").isEqualTo(0x52400);
      assertThat(refused.data()[17] & 0xFF).as("pointer into the CDB, bit 2").isEqualTo(0xCA);
      assertThat(refused.data()[19]).as("of byte 5").isEqualTo((byte) 5);

      alice.send(alice.command(0x84, 0, 0));
      assertThat(alice.receive().sense()).as("invalid message error").isEqualTo(0x54900);

      alice.send(RawInitiator.header(0x42, 0x83, 900).putInt(24, alice.cmdSn));
      Pdu clearAca = alice.receive();
      assertThat(clearAca.opcode()).isEqualTo(0x22);
      assertThat(clearAca.u8(2)).as("function not supported").isEqualTo(5);
    }
  }
}

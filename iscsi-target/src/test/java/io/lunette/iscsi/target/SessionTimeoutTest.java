/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.lunette.core.block.MemoryBlockDevice;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers that fall silent, and too many of them. */
class SessionTimeoutTest {

  private ServedTarget served;

  private void serve(int loginMillis, int silenceMillis) throws Exception {
    served = new ServedTarget(ServedTarget.limits(loginMillis, silenceMillis));
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private RawInitiator connect() throws Exception {
    return new RawInitiator(served.target().portal());
  }

  @Test
  void aConnectionThatNeverLogsInIsClosed() throws Exception {
    serve(300, 60_000);
    try (RawInitiator initiator = connect()) {
      assertThat(initiator.isClosed()).isTrue();
    }
  }

  @Test
  void aSilentInitiatorIsAskedAndThenDropped() throws Exception {
    serve(60_000, 300);
    try (RawInitiator initiator = connect()) {
      assertThat(initiator.login(ALICE.value(), 1).u16(36)).isZero();

      RawInitiator.Pdu ping = initiator.receive();
      assertThat(ping.opcode()).isEqualTo(0x20);
      assertThat(ping.u32(16)).isEqualTo(RawInitiator.NO_TAG);
      assertThat(initiator.isClosed()).isTrue();
    }
  }

  @Test
  void anInitiatorThatAnswersStays() throws Exception {
    serve(60_000, 3_000);
    try (RawInitiator initiator = connect()) {
      assertThat(initiator.login(ALICE.value(), 1).u16(36)).isZero();
      for (int i = 0; i < 2; i++) {
        RawInitiator.Pdu ping = initiator.receive();
        initiator.send(
            RawInitiator.header(0x40, 0x80, RawInitiator.NO_TAG).putInt(20, ping.u32(20)));
      }
      assertThat(served.target().sessions()).hasSize(1);
    }
  }

  /** A device that keeps its event loop stands for a machine that stands still. */
  @Test
  void anInitiatorIsNotDroppedForTheSilenceOfTheTarget() throws Exception {
    serve(60_000, 1_000);
    MemoryBlockDevice device =
        MemoryBlockDevice.on(
            completion -> {
              LockSupport.parkNanos(2_500_000_000L);
              completion.run();
            },
            1 << 20,
            512);
    served.target().mapForAll(0, ServedTarget.unit(device, "slow"));
    try (RawInitiator initiator = connect()) {
      assertThat(initiator.login(ALICE.value(), 1).u16(36)).isZero();
      initiator.settle();
      initiator.send(initiator.command(0xC0, 512, 0x28, 0, 0, 0, 0, 0, 0, 0, 1));

      assertThat(initiator.receive().opcode()).as("Data-In").isEqualTo(0x25);

      initiator.settle();
    }
  }

  @Test
  void aTargetClosesThoughADeviceNeverAnswers() throws Exception {
    serve(60_000, 60_000);
    BlockingQueue<Runnable> unanswered = new LinkedBlockingQueue<>();
    MemoryBlockDevice device = MemoryBlockDevice.on(unanswered::add, 1 << 20, 512);
    served.target().mapForAll(0, ServedTarget.unit(device, "silent"));
    try (RawInitiator initiator = connect()) {
      assertThat(initiator.login(ALICE.value(), 1).u16(36)).isZero();
      initiator.settle();
      initiator.send(initiator.command(0xC0, 512, 0x28, 0, 0, 0, 0, 0, 0, 0, 1));
      Runnable answer = unanswered.take();

      served.target().close();

      assertThat(initiator.isClosed()).isTrue();
      assertThat(served.target().sessions()).hasSize(1);
      assertThatCode(answer::run).doesNotThrowAnyException();
    }
  }

  @Test
  void oneConnectionMoreThanAllowedIsClosed() throws Exception {
    serve(60_000, 60_000);
    RawInitiator[] all = new RawInitiator[8];
    for (int i = 0; i < all.length; i++) {
      all[i] = connect();
      assertThat(all[i].login(ALICE.value(), i).u16(36)).isZero();
    }
    try (RawInitiator extra = connect()) {
      assertThat(extra.isClosed()).isTrue();
    }
    for (RawInitiator each : all) {
      each.close();
    }
  }
}

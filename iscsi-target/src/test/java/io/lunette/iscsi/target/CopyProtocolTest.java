/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies inside the target, while sessions, resets and unmapping go on around them. */
class CopyProtocolTest {

  private static final int WRITE = 0xA0;
  private static final int LID1 = 0x00;
  private static final int LID4 = 0x01;
  private static final int RESET = 0x62903;

  private final BlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
  private final MemoryBlockDevice device = MemoryBlockDevice.on(held::add, 8 << 20, 512);
  private ServedTarget served;

  @BeforeEach
  void start() throws Exception {
    device.fill(0, new byte[4 << 20]);
    served = new ServedTarget();
    served.target().mapForAll(0, unit(device, "slow"));
  }

  @AfterEach
  void stop() {
    held.forEach(Runnable::run);
    served.close();
  }

  private RawInitiator loggedIn() throws Exception {
    RawInitiator initiator = new RawInitiator(served.target().portal());
    assertThat(initiator.login(ALICE.value(), 1).u16(36)).isZero();
    initiator.settle();
    return initiator;
  }

  /** One segment of 4 MiB within the unit. */
  private static byte[] segment(ByteBuffer list) {
    return list.put((byte) 2)
        .put((byte) 0)
        .putShort((short) 0x18)
        .putInt(-1)
        .putShort((short) 0)
        .putShort((short) 8192)
        .putLong(0)
        .putLong(8192)
        .array();
  }

  /** Sends an EXTENDED COPY whose task tag is returned. */
  private static int copy(RawInitiator initiator, int serviceAction) throws Exception {
    return copy(initiator, serviceAction, 7);
  }

  private static int copy(RawInitiator initiator, int serviceAction, int listId) throws Exception {
    ByteBuffer list = ByteBuffer.allocate(serviceAction == LID4 ? 76 : 44);
    if (serviceAction == LID4) {
      list.put(0, (byte) 1).putShort(2, (short) 0x20).put(15, (byte) 1).put(16, (byte) 0xFF);
      list.putInt(20, listId).putShort(44, (short) 28).position(48);
    } else {
      list.put(0, (byte) listId).putInt(8, 28).position(16);
    }
    byte[] bytes = segment(list);
    ByteBuffer command =
        initiator.command(
            WRITE,
            bytes.length,
            0x83,
            serviceAction,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            bytes.length);
    initiator.send(command, bytes);
    return command.getInt(16);
  }

  private void awaitFirstPiece() throws Exception {
    held.add(held.take());
  }

  /** The target has read all that was sent before: it answers a ping in its turn. */
  private static void awaitRead(RawInitiator initiator) throws Exception {
    initiator.send(RawInitiator.header(0x40, 0x80, 901).putInt(20, RawInitiator.NO_TAG));
    assertThat(initiator.receive().opcode()).as("of the ping's answer").isEqualTo(0x20);
  }

  private void proceedUntil(CompletableFuture<?> end) {
    while (!end.isDone()) {
      Runnable completion = held.poll();
      if (completion == null) {
        Thread.onSpinWait();
      } else {
        completion.run();
      }
    }
  }

  private static CompletableFuture<Pdu> response(RawInitiator initiator) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return initiator.receive();
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  @Test
  void aCopyIsAnsweredWhenItIsThrough() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      copy(initiator, LID1);
      CompletableFuture<Pdu> answer = response(initiator);

      proceedUntil(answer);

      assertThat(answer.join().u8(3)).isEqualTo(RawInitiator.GOOD);
      assertThat(device.bytes(4 << 20, 4 << 20)).isEqualTo(device.bytes(0, 4 << 20));
    }
  }

  @Test
  void anAbortedCopyStopsAndGetsNoStatus() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      int tag = copy(initiator, LID1);
      awaitFirstPiece();
      initiator.send(
          RawInitiator.header(0x42, 0x81, 900).putInt(20, tag).putInt(24, initiator.cmdSn));
      awaitRead(initiator);
      CompletableFuture<Pdu> answer = response(initiator);

      proceedUntil(answer);

      assertThat(answer.join().opcode()).as("of the abort, no status before it").isEqualTo(0x22);
      assertThat(answer.join().u8(2)).isZero();
      assertThat(device.count(Operation.WRITE)).isLessThanOrEqualTo(4);
      assertThat(held).isEmpty();
    }
  }

  @Test
  void aResetIsAnsweredWhenCopiesInTheBackgroundHaveEnded() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      copy(initiator, LID4);
      assertThat(initiator.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
      awaitFirstPiece();
      initiator.send(RawInitiator.header(0x42, 0x85, 900).putInt(24, initiator.cmdSn));
      awaitRead(initiator);
      CompletableFuture<Pdu> answer = response(initiator);

      proceedUntil(answer);

      assertThat(answer.join().opcode()).isEqualTo(0x22);
      assertThat(held).as("I/O under way").isEmpty();
      assertThat(device.count(Operation.WRITE)).isLessThanOrEqualTo(4);
      initiator.send(initiator.command(0x80, 0, 0));
      assertThat(initiator.receive().sense()).isEqualTo(RESET);
    }
  }

  private void runHeld() {
    Runnable completion;
    while ((completion = held.poll()) != null) {
      completion.run();
    }
  }

  /** Lets all copies come to their end. */
  private void awaitNothingBorrowed(RawInitiator honest) throws Exception {
    honest.settleUntil(
        () -> {
          runHeld();
          return served.use();
        },
        use -> use.transferBytes() == 0);
  }

  @Test
  void whatACopyInTheBackgroundBorrowedIsGivenBackThoughItsSessionIsGone() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      copy(initiator, LID4);
      assertThat(initiator.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
    }
    try (RawInitiator honest = loggedIn()) {
      honest.settleUntil(served::use, use -> use.connections() == 1);
      assertThat(served.use().transferBytes()).as("borrowed").isPositive();

      awaitNothingBorrowed(honest);
    }
  }

  @Test
  void commandsGoOnWhenCopiesGiveBackAllThatASessionMayHold() throws Exception {
    served.close();
    served = new ServedTarget(ServedTarget.limits(60_000, 3_600_000));
    served.target().mapForAll(0, unit(device, "slow"));
    try (RawInitiator initiator = loggedIn()) {
      for (int listId = 1; listId <= 16; listId++) {
        copy(initiator, LID4, listId);
        assertThat(initiator.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
      }
      initiator.send(initiator.command(0x80, 0, 0));
      CompletableFuture<Pdu> answer = response(initiator);

      proceedUntil(answer);

      assertThat(answer.join().u8(3)).isEqualTo(RawInitiator.GOOD);
      awaitNothingBorrowed(initiator);
    }
  }

  @Test
  void unmappingEndsACopyInTheBackgroundWhoseSessionIsGone() throws Exception {
    try (RawInitiator initiator = loggedIn()) {
      copy(initiator, LID4);
      assertThat(initiator.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
    }
    awaitFirstPiece();
    CompletableFuture<Void> unmapped =
        CompletableFuture.runAsync(() -> served.target().unmapForAll(0));

    proceedUntil(unmapped);

    assertThat(held).as("I/O under way").isEmpty();
    assertThat(served.target().luns()).isEmpty();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.SessionFixture.taskManagement;
import static io.lunette.iscsi.target.SessionFixture.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SIMPLE, ORDERED and HEAD OF QUEUE (SAM-5 §8.6), on a device that answers when the test says. */
class TaskAttributeTest {

  private static final int SIMPLE = 1;
  private static final int ORDERED = 2;
  private static final int HEAD_OF_QUEUE = 3;
  private static final int ABORT_TASK = 1;

  private final BlockingQueue<Runnable> answers = new LinkedBlockingQueue<>();
  private SessionFixture fixture;
  private RawInitiator initiator;

  @BeforeEach
  void start() throws Exception {
    fixture = new SessionFixture(TargetLimits.DEFAULT, answers::add);
    initiator = fixture.loggedIn("InitialR2T=No");
  }

  @AfterEach
  void stop() throws Exception {
    initiator.close();
    fixture.close();
    assertThat(answers).as("I/Os without an answer").isEmpty();
  }

  /** Sends a read; its task tag. */
  private int read(int attribute) throws Exception {
    ByteBuffer read = SessionFixture.read(initiator, 1);
    initiator.send(read.put(1, (byte) (SessionFixture.READ | attribute)));
    return read.getInt(16);
  }

  private void assertStarted(int reads) throws IOException {
    initiator.send(RawInitiator.header(0x40, 0x80, 9999).putInt(20, RawInitiator.NO_TAG));
    assertThat(initiator.receive().opcode()).as("NOP-In").isEqualTo(0x20);
    assertThat(fixture.device.count(Operation.READ)).isEqualTo(reads);
  }

  /** Lets the device answer the oldest I/O; the command whose status comes. */
  private int answered() throws Exception {
    answers.take().run();
    Pdu pdu = initiator.receive();
    assertThat(pdu.u8(3)).isEqualTo(RawInitiator.GOOD);
    return pdu.u32(16);
  }

  @Test
  void anOrderedCommandWaitsForAllBeforeItAndKeepsBackAllAfterIt() throws Exception {
    int first = read(SIMPLE);
    int second = read(SIMPLE);
    int ordered = read(ORDERED);
    int after = read(SIMPLE);
    int last = read(ORDERED);
    assertStarted(2);

    assertThat(answered()).isEqualTo(first);
    assertStarted(2);
    assertThat(answered()).isEqualTo(second);
    assertStarted(3);
    assertThat(answered()).isEqualTo(ordered);
    assertStarted(4);
    assertThat(answered()).isEqualTo(after);
    assertThat(answered()).isEqualTo(last);
    assertThat(read(SIMPLE)).isEqualTo(answered());
  }

  @Test
  void theHeadOfTheQueueWaitsForNobody() throws Exception {
    read(SIMPLE);
    int ordered = read(ORDERED);
    int ahead = read(HEAD_OF_QUEUE);
    assertStarted(2);

    answered();
    assertStarted(2);
    assertThat(answered()).isEqualTo(ahead);
    assertStarted(3);
    assertThat(answered()).isEqualTo(ordered);
  }

  @Test
  void anAbortedCommandKeepsNobodyBack() throws Exception {
    read(SIMPLE);
    int ordered = read(ORDERED);
    int after = read(SIMPLE);

    initiator.send(taskManagement(initiator, ABORT_TASK).putInt(20, ordered));
    assertThat(initiator.receive().opcode()).isEqualTo(0x22);
    assertStarted(1);
    answered();

    assertStarted(2);
    assertThat(answered()).isEqualTo(after);
  }

  @Test
  void aWriteWhoseDataComesLateIsStillBeforeTheOrderedOne() throws Exception {
    ByteBuffer late = initiator.command(0x20 | SIMPLE, 512, 0x2A, 0, 0, 0, 0, 0, 0, 0, 1);
    initiator.send(late);
    int ordered = read(ORDERED);
    assertStarted(0);

    initiator.send(
        SessionFixture.dataOut(late.getInt(16), RawInitiator.NO_TAG, 0x80, 0, 0),
        SessionFixture.bytes(512, 7));
    assertThat(answered()).isEqualTo(late.getInt(16));
    answers.take().run();
    Pdu data = initiator.receive();
    assertThat(data.u32(16)).isEqualTo(ordered);
    assertThat(data.data()).containsOnly(7);
  }

  @Test
  void otherUnitsAndSessionsDoNotWait() throws Exception {
    fixture
        .served
        .target()
        .mapForAll(1, ServedTarget.unit(fixture.served.volume("v1", 1 << 20), "v1"));
    initiator.send(initiator.command(0x80, 0, 0));
    initiator.receive();
    read(SIMPLE);
    read(ORDERED);

    try (RawInitiator other = fixture.loggedInAs(ServedTarget.BOB.value(), 7)) {
      initiator.send(initiator.command(0x80, 0, 0).putLong(8, 1L << 48));
      assertThat(initiator.receive().opcode()).isEqualTo(0x21);
      other.settle();
    }
    answered();
    answered();
  }

  @Test
  void aRandomMixEndsWhole() throws Exception {
    Random random = new Random(7);
    int[] attributes = {0, SIMPLE, SIMPLE, ORDERED, HEAD_OF_QUEUE};
    Thread device = new Thread(this::answerForEver);
    device.setDaemon(true);
    device.start();
    for (int round = 0; round < 40; round++) {
      int commands = 1 + random.nextInt(64);
      for (int i = 0; i < commands; i++) {
        int attribute = attributes[random.nextInt(attributes.length)];
        if (random.nextBoolean()) {
          read(attribute);
        } else {
          ByteBuffer write = write(initiator, 1);
          initiator.send(write.put(1, (byte) (0xA0 | attribute)), SessionFixture.bytes(512, i));
        }
      }
      int[] tags = new int[commands];
      for (int i = 0; i < commands; i++) {
        tags[i] = initiator.receive().u32(16);
      }
      assertThat(Arrays.stream(tags).distinct().count()).isEqualTo(commands);
    }
    device.interrupt();
    device.join();
  }

  private void answerForEver() {
    try {
      while (true) {
        answers.take().run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

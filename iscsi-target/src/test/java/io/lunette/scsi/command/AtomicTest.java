/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.TestUnit.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockException.Kind;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.core.block.MemoryBlockDevice.Call;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtomicTest {

  private static final String COMPARE_AND_WRITE = "89 %02X %016X 000000 %02X 00 00";
  private static final String OR_WRITE = "8B 00 %016X %08X 00 00";
  private static final String WRITE_ATOMIC = "9C %02X %016X %04X %04X 00 00";

  private static byte[] join(byte[] one, byte[] other) {
    return ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void comparesThenWrites(int block) {
    TestUnit unit = TestUnit.of(TestUnit.MIB, block);
    byte[] before = pattern(2 * block, 1);
    byte[] after = pattern(2 * block, 2);
    unit.device.fill(3L * block, before);

    unit.initiator.send(join(before, after), COMPARE_AND_WRITE, 0x08, 3, 2).good();

    assertThat(unit.device.bytes(3L * block, 2 * block)).isEqualTo(after);
    assertThat(unit.device.calls().get(1))
        .isEqualTo(new Call(Operation.WRITE, 3L * block, 2L * block, true));
  }

  @Test
  void aMiscompareTellsItsOffsetAndWritesNothing() {
    TestUnit unit = TestUnit.small();
    byte[] before = pattern(1024, 1);
    unit.device.fill(0, before);
    byte[] wrong = before.clone();
    wrong[700] ^= 0x10;

    Outcome outcome =
        unit.initiator.send(join(wrong, pattern(1024, 2)), COMPARE_AND_WRITE, 0, 0, 2).outcome();

    assertThat(outcome).isEqualTo(Sense.VERIFY_MISCOMPARE.withInformation(700));
    ByteBuffer fixed = ByteBuffer.allocate(18);
    ((Sense) outcome).encodeFixed(fixed);
    assertThat(fixed.get(0)).isEqualTo((byte) 0xF0);
    assertThat(fixed.getInt(3)).isEqualTo(700);
    assertThat(unit.device.bytes(0, 1024)).isEqualTo(before);
    assertThat(unit.device.count(Operation.WRITE)).isZero();
    unit.initiator.send(join(before, wrong), COMPARE_AND_WRITE, 0, 0, 2).good();
  }

  @Test
  void badFieldsAreRefused() {
    TestUnit unit = TestUnit.small();
    byte[] two = new byte[1024];

    unit.initiator.send(two, COMPARE_AND_WRITE, 0, 2048, 1).sense(Sense.LBA_OUT_OF_RANGE);
    unit.initiator.send(two, COMPARE_AND_WRITE, 0, -1L, 1).sense(Sense.LBA_OUT_OF_RANGE);
    unit.initiator.send(two, COMPARE_AND_WRITE, 0, 0, 2).sense(Sense.INVALID_FIELD_IN_CDB);
    unit.initiator.send(two, COMPARE_AND_WRITE, 0x20, 0, 1).invalidField(1, 7);
    unit.initiator
        .send(new byte[129 * 1024], COMPARE_AND_WRITE, 0, 0, 129)
        .sense(Sense.INVALID_FIELD_IN_CDB);
    unit.initiator
        .send(new byte[256 * 1024], COMPARE_AND_WRITE, 0, 0, 0)
        .sense(Sense.INVALID_FIELD_IN_CDB);
    unit.initiator
        .send(new byte[1536], COMPARE_AND_WRITE, 0, 0, 1)
        .sense(Sense.INVALID_FIELD_IN_CDB);
    unit.initiator.send(COMPARE_AND_WRITE, 0, 0, 0).good();
    assertThat(unit.device.calls()).isEmpty();
  }

  @Test
  void deviceFaultsOfEitherHalfEndIt() {
    TestUnit unit = TestUnit.small();

    unit.device.failNext(Operation.READ, Kind.MEDIUM_READ);
    unit.initiator.send(new byte[1024], COMPARE_AND_WRITE, 0, 0, 1).sense(Sense.UNRECOVERED_READ);
    unit.device.failNext(Operation.WRITE, Kind.OUT_OF_SPACE);
    unit.initiator
        .send(new byte[1024], COMPARE_AND_WRITE, 0, 0, 1)
        .sense(Sense.SPACE_ALLOCATION_FAILED);
    unit.initiator.send(new byte[1024], COMPARE_AND_WRITE, 0, 0, 1).good();
    unit.initiator.send(new byte[512], "2A 00 00000000 00 0001 00").good();
  }

  @Test
  void orWriteOrsWithTheMedium() {
    TestUnit unit = TestUnit.small();
    byte[] before = pattern(1024, 1);
    byte[] mask = pattern(1024, 2);
    unit.device.fill(512, before);

    unit.initiator.send(mask, OR_WRITE, 1, 2).good();

    for (int i = 0; i < 1024; i++) {
      before[i] |= mask[i];
    }
    assertThat(unit.device.bytes(512, 1024)).isEqualTo(before);
    unit.initiator.send(mask, OR_WRITE, 2047, 2).sense(Sense.LBA_OUT_OF_RANGE);
    unit.initiator.send(OR_WRITE, 0, 0).good();
  }

  @Test
  void anAtomicWriteIsAsLongAsTheDeviceNeverTears() {
    TestUnit unit = TestUnit.small();

    unit.initiator.send(pattern(512, 1), WRITE_ATOMIC, 0x08, 7, 0, 1).good();
    assertThat(unit.device.calls()).containsExactly(new Call(Operation.WRITE, 3584, 512, true));

    int most = MemoryBlockDevice.ATOMIC_BYTES / 512;
    unit.initiator.send(pattern(512 * most, 2), WRITE_ATOMIC, 0, 9, 0, most).good();
    assertThat(unit.device.calls().get(1))
        .isEqualTo(new Call(Operation.ATOMIC_WRITE, 9 * 512, 512L * most, false));
    assertThat(unit.device.bytes(9 * 512, 512 * most)).isEqualTo(pattern(512 * most, 2));

    unit.initiator
        .send(new byte[512 * (most + 1)], WRITE_ATOMIC, 0, 0, 0, most + 1)
        .sense(Sense.INVALID_FIELD_IN_CDB);
    unit.initiator.send(new byte[512], WRITE_ATOMIC, 0, 0, 1, 1).sense(Sense.INVALID_FIELD_IN_CDB);
    unit.initiator.send(new byte[512], WRITE_ATOMIC, 0, 2048, 0, 1).sense(Sense.LBA_OUT_OF_RANGE);
  }

  @Test
  void aDeviceWithoutAtomicWritesTakesOneBlock() {
    TestUnit unit = TestUnit.with(new BlockFeatures(false, true, true, 4096));

    unit.initiator.send(pattern(512, 1), WRITE_ATOMIC, 0, 7, 0, 1).good();
    unit.initiator.send(new byte[1024], WRITE_ATOMIC, 0, 0, 0, 2).sense(Sense.INVALID_FIELD_IN_CDB);
    assertThat(unit.device.calls()).containsExactly(new Call(Operation.WRITE, 3584, 512, false));
  }

  @Test
  void anAtomicWriteWithoutSpaceSaysSo() {
    TestUnit unit = TestUnit.small();

    unit.device.failNext(Operation.ATOMIC_WRITE, Kind.OUT_OF_SPACE);

    unit.initiator
        .send(new byte[1024], WRITE_ATOMIC, 0, 0, 0, 2)
        .sense(Sense.SPACE_ALLOCATION_FAILED);
  }

  @Test
  void aWriteWaitsUntilTheComparisonHasEnded() {
    Queue<Runnable> held = new ArrayDeque<>();
    TestUnit unit = TestUnit.completingOn(held::add);
    byte[] swapped = pattern(512, 1);

    TestTask compare =
        unit.initiator.send(join(new byte[512], swapped), COMPARE_AND_WRITE, 0, 0, 1);
    TestTask write = unit.initiator.send(pattern(512, 2), "2A 00 00000000 00 0001 00");
    TestTask read = unit.initiator.send("28 00 00000001 00 0001 00");
    TestTask again = unit.initiator.send(join(swapped, swapped), COMPARE_AND_WRITE, 0, 0, 1);
    assertThat(unit.device.count(Operation.WRITE)).isZero();
    while (!held.isEmpty()) {
      held.remove().run();
    }

    compare.good();
    read.good();
    write.good();
    again.sense(Sense.VERIFY_MISCOMPARE);
    assertThat(unit.device.bytes(0, 512)).isEqualTo(pattern(512, 2));
  }

  @Test
  void anAtomicWriteWaitsForTheWritesUnderWay() {
    Queue<Runnable> held = new ArrayDeque<>();
    TestUnit unit = TestUnit.completingOn(held::add);

    List<TestTask> writes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      writes.add(unit.initiator.send(pattern(512, i), "2A 00 %08X 00 0001 00", i));
    }
    unit.initiator.send(pattern(512, 9), OR_WRITE, 0, 1);
    held.remove().run();
    held.remove().run();
    assertThat(unit.device.count(Operation.READ)).isZero();
    held.remove().run();

    assertThat(unit.device.count(Operation.READ)).isEqualTo(1);
    assertThat(writes).allSatisfy(TestTask::good);
  }

  @Test
  void manyWhoWaitDoNotDeepenTheStack() throws Exception {
    Queue<Runnable> held = new ArrayDeque<>();
    boolean[] inline = new boolean[1];
    TestUnit unit =
        TestUnit.completingOn(
            completion -> {
              if (inline[0]) {
                completion.run();
              } else {
                held.add(completion);
              }
            });
    List<TestTask> tasks = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      tasks.add(unit.initiator.send(new byte[1024], COMPARE_AND_WRITE, 0, 0, 1));
    }
    inline[0] = true;
    Thread shallow = new Thread(null, () -> held.remove().run(), "shallow stack", 128 << 10);
    shallow.start();
    shallow.join();

    assertThat(tasks).allSatisfy(TestTask::good);
  }

  @Test
  void countersOfManyThreadsLoseNoIncrement() throws Exception {
    ExecutorService completions = Executors.newFixedThreadPool(2);
    ExecutorService clients = Executors.newFixedThreadPool(4);
    try {
      TestUnit unit = TestUnit.completingOn(completions);
      List<Future<Integer>> swaps = new ArrayList<>();
      for (int client = 0; client < 4; client++) {
        int name = client;
        swaps.add(clients.submit(() -> increment(unit.another("c" + name), 50)));
      }
      for (Future<Integer> each : swaps) {
        assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(50);
      }

      assertThat(ByteBuffer.wrap(unit.device.bytes(0, 512)).getLong(0)).isEqualTo(200);
    } finally {
      clients.shutdownNow();
      completions.shutdownNow();
    }
  }

  private static int increment(Initiator initiator, int times) throws InterruptedException {
    byte[] noise = new byte[512];
    int done = 0;
    while (done < times) {
      TestTask read = initiator.send("28 00 00000000 00 0001 00");
      read.await();
      byte[] seen = read.data();
      byte[] next = seen.clone();
      ByteBuffer.wrap(next).putLong(0, ByteBuffer.wrap(seen).getLong(0) + 1);
      initiator.send(noise, "2A 00 00000005 00 0001 00").await();
      if (initiator.send(join(seen, next), COMPARE_AND_WRITE, 0, 0, 1).await() == Outcome.GOOD) {
        done++;
      }
    }
    return done;
  }
}

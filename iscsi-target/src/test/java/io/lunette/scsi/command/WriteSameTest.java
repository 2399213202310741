/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.TestUnit.MIB;
import static io.lunette.scsi.command.TestUnit.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.UnitRecords;
import io.lunette.scsi.device.UnitServices;
import io.lunette.scsi.device.UnitTraits;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WRITE SAME to the end of the medium, and how one that takes long gets on with others. */
class WriteSameTest {

  private static final String ALL = "93 00 0000000000000000 00000000 00 00";

  private final Queue<Runnable> held = new ArrayDeque<>();

  private TestUnit slow() {
    return new TestUnit(MemoryBlockDevice.on(held::add, 4 * MIB, 512));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void noBlocksMeansAllToTheEndOfTheMedium(int block) {
    TestUnit unit = TestUnit.of(3 * MIB, block);
    unit.device.fill(0, pattern((int) (3 * MIB), 1));
    byte[] before = unit.device.bytes(0, block);

    unit.initiator.send(pattern(block, 2), "41 00 00000001 00 0000 00").good();

    assertThat(unit.device.bytes(0, block)).isEqualTo(before);
    assertThat(unit.device.bytes(block, block)).isEqualTo(pattern(block, 2));
    assertThat(unit.device.bytes(3 * MIB - block, block)).isEqualTo(pattern(block, 2));

    unit.initiator.send(new byte[block], ALL).good();
    assertThat(unit.device.bytes(0, (int) (3 * MIB))).containsOnly(0);
    assertThat(unit.device.bytes(3 * MIB - block, block)).containsOnly(0);
  }

  @Test
  void aWholeUnitIsUnmappedPieceByPiece() throws Exception {
    TestUnit unit = TestUnit.of(1 << 30, 512);
    unit.device.fill(700 * MIB, pattern(4096, 1));

    unit.initiator.send("93 09 0000000000000000 00000000 00 00").good();

    assertThat(unit.device.count(Operation.ZERO)).isEqualTo(16);
    assertThat(unit.device.provisioning(0).lengthBytes()).isEqualTo(1 << 30);
    assertThat(unit.device.provisioning(0).mapped()).isFalse();
  }

  @Test
  void anInlineDeviceDoesNotKeepTheThread() {
    Queue<Runnable> later = new ArrayDeque<>();
    TestUnit unit =
        new TestUnit(
            MemoryBlockDevice.inline(32 * MIB, 512),
            UnitRecords.none(),
            UnitTraits.DISK,
            new UnitServices(System::nanoTime, (task, nanos) -> later.add(task), Long.MAX_VALUE));

    TestTask task = unit.initiator.send(pattern(512, 1), ALL);

    assertThat(unit.device.count(Operation.WRITE)).isEqualTo(8);
    while (!later.isEmpty()) {
      later.remove().run();
    }
    task.good();
    assertThat(unit.device.count(Operation.WRITE)).isEqualTo(32);
  }

  @Test
  void aCommandThatWasAbortedWritesNoMore() {
    TestUnit unit = slow();
    TestTask task = unit.initiator.send(pattern(512, 1), ALL);
    assertThat(unit.device.count(Operation.WRITE)).isEqualTo(1);

    task.stop();
    held.remove().run();

    assertThat(task.outcome()).isEqualTo(Outcome.TASK_ABORTED);
    assertThat(unit.device.count(Operation.WRITE)).isEqualTo(1);
  }

  @Test
  void unmappingTheLunWaitsForOnePieceOnly() throws Exception {
    TestUnit unit = slow();
    TestTask task = unit.initiator.send(pattern(512, 1), ALL);
    Thread unmapping = new Thread(unit.initiator.mapped()::shut);
    unmapping.start();
    while (unit.initiator.send("00 00 00 00 00 00").outcome().equals(Outcome.GOOD)) {
      Thread.onSpinWait();
    }

    held.remove().run();
    unmapping.join();

    assertThat(task.isPending()).isFalse();
    assertThat(unit.device.count(Operation.WRITE)).isEqualTo(1);
  }

  @Test
  void anAtomicCommandAndWhoWaitsBehindItGoFirst() {
    TestUnit unit = slow();
    TestTask fill = unit.initiator.send(pattern(512, 1), ALL);
    byte[] compare = Arrays.copyOf(pattern(512, 1), 1024);
    TestTask atomic = unit.another("b").send(compare, "89 00 0000000000000000 000000 01 00 00");
    TestTask write = unit.another("c").send(pattern(512, 3), "2A 00 00000001 00 0001 00");

    held.remove().run();
    assertThat(unit.device.count(Operation.READ)).as("COMPARE AND WRITE reads").isEqualTo(1);
    held.remove().run();
    held.remove().run();
    atomic.good();
    held.remove().run();
    write.good();
    assertThat(fill.isPending()).isTrue();
    while (!held.isEmpty()) {
      held.remove().run();
    }

    fill.good();
    assertThat(unit.device.bytes(0, 512)).containsOnly(0);
    assertThat(unit.device.bytes(512, 512)).isEqualTo(pattern(512, 3));
    assertThat(unit.device.bytes(4 * MIB - 512, 512)).isEqualTo(pattern(512, 1));
  }

  @Test
  void aLongCommandGoesOnWhileOthersKeepWriting() {
    TestUnit unit = slow();
    TestTask fill = unit.initiator.send(pattern(512, 1), ALL);
    Initiator other = unit.another("b");
    byte[] never = pattern(1024, 9);
    int rounds = 0;
    while (fill.isPending()) {
      other.send(never, "89 00 0000000000000000 000000 01 00 00");
      held.remove().run();
      rounds++;
    }

    assertThat(fill.outcome()).isEqualTo(Outcome.GOOD);
    assertThat(rounds).isLessThan(20);
  }
}

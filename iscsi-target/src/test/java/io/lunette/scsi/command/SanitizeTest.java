/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.TestUnit.MIB;
import static io.lunette.scsi.command.TestUnit.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockException.Kind;
import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.core.block.MemoryBlockDevice.Call;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.UnitRecords;
import io.lunette.scsi.device.UnitServices;
import io.lunette.scsi.device.UnitTraits;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SanitizeTest {

  private static final String OVERWRITE = "48 %02X 00000000 00 %04X 00";
  private static final String ERASE = "48 02 00000000 00 0000 00";
  private static final String ERASE_AT_ONCE = "48 82 00000000 00 0000 00";
  private static final String EXIT_FAILURE_MODE = "48 1F 00000000 00 0000 00";
  private static final String READ = "28 00 00000000 00 0001 00";

  private static byte[] list(int passesAndInvert, byte... pattern) {
    return ByteBuffer.allocate(4 + pattern.length)
        .put((byte) passesAndInvert)
        .put((byte) 0)
        .putShort((short) pattern.length)
        .put(pattern)
        .array();
  }

  @Test
  void blockEraseOfADeviceThatCannotPurgeOverwritesEverythingThenGivesItBack() throws Exception {
    TestUnit unit = new TestUnit(TestUnit.withoutPurge(Runnable::run, 3 * MIB + 512));
    unit.device.fill(0, pattern(4096, 1));
    unit.device.fill(3 * MIB, pattern(512, 2));

    unit.initiator.send(ERASE).good();

    assertThat(unit.device.bytes(0, (int) (3 * MIB + 512))).containsOnly(0);
    assertThat(unit.device.count(Operation.WRITE)).isEqualTo(4);
    assertThat(unit.device.count(Operation.FLUSH)).isEqualTo(2);
    assertThat(unit.device.provisioning(0).mapped()).isFalse();
    unit.initiator.send(READ).good();
  }

  @Test
  void blockEraseOfADeviceThatPurgesGivesEverythingBackAndHasItPurged() throws Exception {
    TestUnit unit = TestUnit.of(3 * MIB, 512);
    unit.device.fill(0, pattern(4096, 1));

    unit.initiator.send(ERASE).good();

    assertThat(unit.device.calls())
        .extracting(Call::operation)
        .containsExactly(Operation.DISCARD, Operation.FLUSH, Operation.PURGE);
    assertThat(unit.device.bytes(0, (int) (3 * MIB))).containsOnly(0);
    assertThat(unit.device.provisioning(0).mapped()).isFalse();
  }

  @Test
  void overwriteRepeatsItsPatternInEachBlock() {
    TestUnit unit = TestUnit.small();
    byte[] list = list(1, (byte) 1, (byte) 2, (byte) 3);

    unit.initiator.send(list, OVERWRITE, 0x01, list.length).good();

    byte[] block = unit.device.bytes(512, 512);
    for (int i = 0; i < 512; i++) {
      assertThat(block[i]).isEqualTo((byte) (1 + i % 3));
    }
  }

  @Test
  void passesInvertThePattern() {
    TestUnit unit = TestUnit.small();
    byte[] list = list(0x82, (byte) 0x0F);

    unit.initiator.send(list, OVERWRITE, 0x01, list.length).good();

    assertThat(unit.device.bytes(0, 512)).containsOnly(0xF0);
    assertThat(unit.device.calls())
        .extracting(Call::operation)
        .containsExactly(
            Operation.WRITE, Operation.FLUSH, Operation.WRITE, Operation.FLUSH, Operation.PURGE);
  }

  @Test
  void badParametersAreRefused() {
    TestUnit unit = TestUnit.small();

    unit.initiator
        .send(list(0, (byte) 1), OVERWRITE, 0x01, 5)
        .sense(Sense.INVALID_FIELD_IN_PARAMETERS);
    unit.initiator.send(list(1), OVERWRITE, 0x01, 4).invalidField(7, 7);
    unit.initiator.send(list(1, new byte[513]), OVERWRITE, 0x01, 517).invalidField(7, 7);
    unit.initiator
        .send(list(1, (byte) 1, (byte) 2), OVERWRITE, 0x01, 5)
        .sense(Sense.INVALID_FIELD_IN_PARAMETERS);
    unit.initiator.send("48 02 00000000 00 0001 00").invalidField(7, 7);
    unit.initiator.send("48 03 00000000 00 0000 00").invalidField(1, 4);
    assertThat(unit.device.calls()).isEmpty();
  }

  @Test
  void aRunInTheBackgroundTellsItsProgressAndLetsNothingElseIn() {
    Queue<Runnable> held = new ArrayDeque<>();
    TestUnit unit = new TestUnit(TestUnit.withoutPurge(held::add, 4 * MIB));
    Initiator other = unit.another("b");

    unit.initiator.send(ERASE_AT_ONCE).good();
    held.remove().run();

    assertThat(other.send(READ).outcome())
        .isEqualTo(Sense.SANITIZE_IN_PROGRESS.withProgress(0x4000));
    other.send(new byte[512], "2A 00 00000000 00 0001 00").sense(Sense.SANITIZE_IN_PROGRESS);
    other.send(ERASE).sense(Sense.SANITIZE_IN_PROGRESS);
    other.send(EXIT_FAILURE_MODE).sense(Sense.SANITIZE_IN_PROGRESS);
    other.send("00 00 00 00 00 00").sense(Sense.SANITIZE_IN_PROGRESS);
    other.send("12 00 00 00FF 00").good();
    other.send("A0 00 00 000000 00000100 00 00").good();
    byte[] sense = other.send("03 00 00 00 FF 00").data();
    assertThat(sense[2]).isEqualTo((byte) 2);
    assertThat(sense[12]).isEqualTo((byte) 0x04);
    assertThat(sense[13]).isEqualTo((byte) 0x1B);
    assertThat(ByteBuffer.wrap(sense).getShort(16)).isEqualTo((short) 0x4000);

    while (!held.isEmpty()) {
      held.remove().run();
    }
    assertThat(other.send("03 00 00 00 FF 00").data()[2]).isZero();
    TestTask write = other.send(pattern(512, 1), "2A 00 00000000 00 0001 00");
    held.remove().run();
    write.good();
  }

  @Test
  void whatTheDevicePurgesIsTheProgressOfABlockErase() {
    Queue<Runnable> held = new ArrayDeque<>();
    TestUnit unit = new TestUnit(MemoryBlockDevice.on(held::add, 4 * MIB, 512));
    unit.device.fill(MIB, pattern(4 * 4096, 1));

    unit.initiator.send(ERASE_AT_ONCE).good();
    List<Integer> told = progress(unit, held);

    assertThat(told).containsExactly(0, 0, 0, 0x4000, 0x8000, 0xC000, 0xFFFF);
    unit.initiator.send("03 00 00 00 FF 00").good();
  }

  @Test
  void whatTheDevicePurgesIsTheLastEighthOfAnOverwrite() {
    Queue<Runnable> held = new ArrayDeque<>();
    TestUnit unit = new TestUnit(MemoryBlockDevice.on(held::add, 4 * MIB, 512));
    unit.device.fill(0, pattern(2 * 4096, 1));
    TestTask unmap = unit.initiator.send("93 09 0000000000000000 00000010 00 00");
    held.remove().run();
    unmap.good();
    byte[] list = list(1, (byte) 1);

    unit.initiator.send(list, OVERWRITE, 0x81, list.length).good();

    assertThat(progress(unit, held))
        .containsExactly(0, 0x3800, 0x7000, 0xA800, 0xA800, 0xA800, 0xF000, 0xFFFF);
  }

  /** Lets the device go on, one step after the other; what REQUEST SENSE says before each. */
  private static List<Integer> progress(TestUnit unit, Queue<Runnable> held) {
    List<Integer> told = new ArrayList<>();
    while (!held.isEmpty()) {
      byte[] sense = unit.initiator.send("03 00 00 00 FF 00").data();
      assertThat(sense[13]).isEqualTo((byte) 0x1B);
      told.add(ByteBuffer.wrap(sense).getShort(16) & 0xFFFF);
      held.remove().run();
    }
    return told;
  }

  @Test
  void aWriteThatWaitedBehindItsBeginningIsRefusedAndKeepsNoUnmappingWaiting() {
    Queue<Runnable> held = new ArrayDeque<>();
    TestUnit unit = TestUnit.completingOn(held::add);

    TestTask under = unit.initiator.send(pattern(512, 1), "2A 00 00000000 00 0001 00");
    TestTask erase = unit.initiator.send(ERASE_AT_ONCE);
    TestTask late = unit.initiator.send(pattern(512, 2), "2A 00 00000000 00 0001 00");
    assertThat(erase.isPending()).isTrue();
    held.remove().run();
    under.good();
    erase.good();
    late.sense(Sense.SANITIZE_IN_PROGRESS);
    unit.initiator.mapped().shut();
    while (!held.isEmpty()) {
      held.remove().run();
    }

    assertThat(unit.device.bytes(0, 512)).containsOnly(0);
  }

  @Test
  void aFailedRunIsLeftByExitFailureModeOnlyIfItAllowedThat() {
    TestUnit unit = new TestUnit(TestUnit.withoutPurge(Runnable::run, MIB));
    unit.device.failNext(Operation.WRITE, Kind.MEDIUM_WRITE);
    unit.initiator.send(ERASE).sense(Sense.SANITIZE_FAILED);

    unit.initiator.send(READ).sense(Sense.SANITIZE_FAILED);
    unit.initiator.send(EXIT_FAILURE_MODE).invalidField(1, 4);
    unit.initiator.send("48 22 00000000 00 0000 00").invalidField(1, 5);
    unit.initiator.send(READ).sense(Sense.SANITIZE_FAILED);
    unit.initiator.send(ERASE).good();
    unit.initiator.send(READ).good();

    unit.device.failNext(Operation.FLUSH, Kind.MEDIUM_WRITE);
    unit.initiator.send("48 22 00000000 00 0000 00").sense(Sense.SANITIZE_FAILED);
    unit.initiator.send(EXIT_FAILURE_MODE).good();
    unit.initiator.send(READ).good();
  }

  @ParameterizedTest
  @ValueSource(strings = {ERASE, ERASE_AT_ONCE})
  void wantOfMemoryFailsTheSanitizeAndLeavesTheUnitToAnother(String erase) {
    boolean[] exhausted = new boolean[1];
    TestUnit unit =
        TestUnit.completingOn(
            completion -> {
              if (exhausted[0]) {
                throw new OutOfMemoryError("on purpose");
              }
              completion.run();
            });
    exhausted[0] = true;
    unit.initiator.send(erase);
    exhausted[0] = false;
    unit.initiator.send(READ).sense(Sense.SANITIZE_FAILED);

    unit.initiator.send(ERASE).good();

    unit.initiator.send(READ).good();
  }

  @Test
  void aRunKeepsToItsRate() {
    long[] now = {0};
    List<Long> waits = new ArrayList<>();
    UnitServices services =
        new UnitServices(
            () -> now[0],
            (task, nanos) -> {
              if (nanos > 0) {
                waits.add(nanos);
              }
              now[0] += nanos;
              task.run();
            },
            2 * MIB);
    TestUnit unit =
        new TestUnit(
            TestUnit.withoutPurge(Runnable::run, 8 * MIB),
            UnitRecords.none(),
            UnitTraits.DISK,
            services);

    unit.initiator.send(ERASE).good();

    assertThat(waits).hasSize(7).containsOnly(500_000_000L);
  }

  @Test
  void anAbortEndsTheCommandAndLeavesTheRunAlone() {
    Queue<Runnable> held = new ArrayDeque<>();
    TestUnit unit = new TestUnit(TestUnit.withoutPurge(held::add, 4 * MIB));
    unit.device.fill(3 * MIB, pattern(4096, 1));
    TestTask erase = unit.initiator.send(ERASE);

    erase.stop();
    unit.unit.reset(Sense.DEVICE_RESET);
    held.remove().run();

    assertThat(erase.outcome()).isEqualTo(Outcome.TASK_ABORTED);
    unit.initiator.send(READ).sense(Sense.DEVICE_RESET);
    unit.initiator.send(READ).sense(Sense.SANITIZE_IN_PROGRESS);
    while (!held.isEmpty()) {
      held.remove().run();
    }
    unit.initiator.send("00 00 00 00 00 00").good();
    assertThat(unit.device.bytes(0, (int) (4 * MIB))).containsOnly(0);
  }
}

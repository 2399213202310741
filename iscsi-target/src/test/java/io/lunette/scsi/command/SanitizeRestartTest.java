/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.TestUnit.MIB;
import static io.lunette.scsi.command.TestUnit.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockException.Kind;
import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.UnitServices;
import io.lunette.scsi.device.UnitStateStore;
import io.lunette.scsi.device.UnitTraits;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** SANITIZE beyond the life of the target that began it. */
class SanitizeRestartTest {

  private static final String ERASE = "48 A2 00000000 00 0000 00";
  private static final String ERASE_WAITING = "48 22 00000000 00 0000 00";
  private static final String EXIT_FAILURE_MODE = "48 1F 00000000 00 0000 00";
  private static final String READY = "00 00 00 00 00 00";

  private final KeptRecords kept = new KeptRecords(UnitStateStore.Kind.SANITIZE);
  private final Queue<Runnable> held = new ArrayDeque<>();

  private TestUnit unit() {
    MemoryBlockDevice device = MemoryBlockDevice.on(held::add, 4 * MIB, 512);
    TestUnit unit = new TestUnit(device, kept.reopen(), UnitTraits.DISK, UnitServices.UNBOUNDED);
    CommandSet.resume(unit.unit);
    return unit;
  }

  private void runOut() {
    while (!held.isEmpty()) {
      held.remove().run();
    }
  }

  @Test
  void aRunThatARestartInterruptedBeginsAgain() {
    TestUnit first = unit();
    first.initiator.send(new byte[] {1, 0, 0, 1, 7}, "48 81 00000000 00 0005 00").good();
    held.remove().run();
    held.clear();

    TestUnit second = unit();
    second.initiator.send(READY).sense(Sense.SANITIZE_IN_PROGRESS);
    runOut();

    second.initiator.send(READY).good();
    assertThat(second.device.bytes(0, (int) (4 * MIB))).containsOnly(7);
    assertThat(second.device.count(Operation.WRITE)).isEqualTo(4);
    unit().initiator.send(READY).good();
  }

  @Test
  void theEndOfADeviceIsNotAFailure() {
    TestUnit first = unit();
    first.initiator.send(ERASE).good();
    first.device.close();
    runOut();

    unit().initiator.send(READY).sense(Sense.SANITIZE_IN_PROGRESS);
    runOut();
    unit().initiator.send(READY).good();
  }

  @Test
  void aFailureStaysOneUntilItIsLeft() {
    TestUnit first = unit();
    first.device.failNext(Operation.PURGE, Kind.MEDIUM_WRITE);
    first.initiator.send(ERASE).good();
    runOut();
    first.initiator.send(READY).sense(Sense.SANITIZE_FAILED);

    TestUnit second = unit();
    second.initiator.send(READY).sense(Sense.SANITIZE_FAILED);
    second.initiator.send(EXIT_FAILURE_MODE).good();
    second.initiator.send(READY).good();

    unit().initiator.send(READY).good();
  }

  @Test
  void aRunThatCannotBeNotedDownDoesNotStart() {
    TestUnit unit = unit();
    unit.device.fill(0, pattern(4096, 1));
    kept.breakDown(true);

    unit.initiator.send(ERASE_WAITING).sense(Sense.SANITIZE_FAILED);

    assertThat(unit.device.calls()).isEmpty();
    kept.breakDown(false);
    unit.initiator.send(EXIT_FAILURE_MODE).good();
    unit.initiator.send(READY).good();
  }

  @Test
  void aSuccessThatCannotBeNotedDownIsAFailure() {
    TestUnit unit = unit();
    TestTask erase = unit.initiator.send(ERASE_WAITING);
    kept.breakDown(true);
    runOut();

    erase.sense(Sense.SANITIZE_FAILED);
    unit.initiator.send(EXIT_FAILURE_MODE).invalidField(1, 4);
    kept.breakDown(false);
    unit.initiator.send(EXIT_FAILURE_MODE).good();
    unit.initiator.send(READY).good();
  }

  @Test
  void aUnitThatCannotReadWhatItWasAtHasFailed() {
    kept.breakDown(true);
    TestUnit unit = unit();
    kept.breakDown(false);

    unit.initiator.send(READY).sense(Sense.SANITIZE_FAILED);
    TestTask erase = unit.initiator.send("48 02 00000000 00 0000 00");
    runOut();
    erase.good();
    unit.initiator.send(READY).good();
  }
}

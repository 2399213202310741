/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.CopyBench.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockException.Kind;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.MediumAccess;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtendedCopyTest {

  private static final int OWN = 0xFFFF;

  private final CopyBench bench = new CopyBench();
  private final CopyBench.Unit first = bench.unit(8 * MIB, 512);
  private final CopyBench.Unit second = bench.unit(8 * MIB, 512);
  private final CopyBench.Host host = bench.host("a").sees(0, first).sees(5, second);

  private CopyLists both() {
    return CopyLists.lid1(1).cscd(host.designator(0)).cscd(host.designator(5));
  }

  @Test
  void blocksAreCopiedWithinAUnitAndBetweenUnits() {
    byte[] data = first.fill(10, 3000, 1);

    host.copy(0, both().segment(0, 0, 3000, 10, 5000).segment(0, 1, 3000, 10, 20)).good();
    host.copy(0, both().segment(1, 0, 1500, 20, 12000)).good();

    assertThat(first.blocks(5000, 3000)).isEqualTo(data);
    assertThat(second.blocks(20, 3000)).isEqualTo(data);
    assertThat(first.blocks(12000, 1500)).isEqualTo(Arrays.copyOf(data, 1500 * 512));
    assertThat(second.blocks(0, 20)).containsOnly(0);
    assertThat(second.blocks(3020, 20)).containsOnly(0);
  }

  @Test
  void theUnitAddressedNeedsNoDescriptor() {
    byte[] data = first.fill(0, 8, 1);

    host.copy(0, CopyLists.lid1(1).segment(OWN, OWN, 8, 0, 100)).good();

    assertThat(first.blocks(100, 8)).isEqualTo(data);
  }

  @Test
  void theLongFormCountsItsDescriptorsFromOne() {
    byte[] data = first.fill(0, 8, 1);
    CopyLists list = CopyLists.lid4(70_000).cscd(host.designator(5));

    host.copy(0, list.segment(OWN, 1, 8, 0, 100)).good();

    assertThat(second.blocks(100, 8)).isEqualTo(data);
    host.copy(0, CopyLists.lid4(1).cscd(host.designator(5)).segment(OWN, 0, 8, 0, 100))
        .sense(Sense.COPY_INVALID_FIELD);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1, -700, 700, -5000, 4000})
  void whatOverlapsArrivesAsItWas(long distance) {
    byte[] data = first.fill(6000, 6000, 1);

    host.copy(0, CopyLists.lid1(1).segment(OWN, OWN, 6000, 6000, 6000 + distance)).good();

    assertThat(first.blocks(6000 + distance, 6000)).isEqualTo(data);
  }

  @Test
  void whatTheSourceDoesNotHoldTheDestinationDoesNotHoldAfterwards() throws Exception {
    first.fill(1024, 64, 1);
    second.fill(0, 8192, 2);
    long reads = first.device.count(Operation.READ);

    host.copy(0, both().segment(0, 1, 8192, 0, 0)).good();

    assertThat(second.blocks(0, 8192)).isEqualTo(first.blocks(0, 8192));
    assertThat(second.device.provisioning(0).mapped()).isFalse();
    assertThat(second.device.provisioning(0).lengthBytes()).isEqualTo(1024 * 512);
    assertThat(second.device.provisioning(1024 * 512).lengthBytes()).isEqualTo(64 * 512);
    assertThat(first.device.count(Operation.READ)).as("reads").isEqualTo(reads + 1);
  }

  @Test
  void blocksOfDifferentLengthAreCountedAtTheSourceOrTheDestination() {
    CopyBench.Unit large = bench.unit(8 * MIB, 4096);
    host.sees(7, large);
    byte[] data = first.fill(0, 64, 1);
    CopyLists list = CopyLists.lid1(1).cscd(host.designator(0)).cscd(host.designator(7));

    host.copy(0, list.segment(0, 1, 16, 0, 3).segment(2, 0, 1, 4, 16, 10)).good();

    assertThat(large.blocks(3, 2)).isEqualTo(Arrays.copyOf(data, 8192));
    assertThat(large.blocks(10, 4)).isEqualTo(Arrays.copyOfRange(data, 8192, 8192 + 16384));
    CopyLists back = CopyLists.lid1(1).cscd(host.designator(7)).cscd(host.designator(0));
    host.copy(0, back.segment(0, 1, 1, 3, 2000)).good();
    assertThat(first.blocks(2000, 8)).isEqualTo(Arrays.copyOf(data, 4096));
  }

  @Test
  void whatDoesNotFillABlockIsPaddedDroppedOrRefused() {
    CopyBench.Unit large = bench.unit(8 * MIB, 4096);
    large.fill(0, 16, 9);
    byte[] before = large.blocks(1, 1);
    host.sees(7, large);
    byte[] data = first.fill(0, 64, 1);
    byte[] from = host.designator(0);
    byte[] to = host.designator(7);

    host.copy(0, CopyLists.lid1(1).cscd(from).cscd(to).segment(0, 1, 9, 0, 0))
        .sense(Sense.INEXACT_SEGMENT);
    host.copy(0, CopyLists.lid1(1).cscd(from, 0, true).cscd(to).segment(0, 1, 9, 0, 0)).good();
    assertThat(large.blocks(0, 1)).isEqualTo(Arrays.copyOf(data, 4096));
    assertThat(large.blocks(1, 1)).isEqualTo(before);
    host.copy(0, CopyLists.lid1(1).cscd(from).cscd(to, 0, true).segment(0, 1, 9, 0, 4)).good();
    assertThat(large.blocks(5, 1))
        .isEqualTo(Arrays.copyOf(Arrays.copyOfRange(data, 4096, 4608), 4096));
    host.copy(0, CopyLists.lid1(1).cscd(to).cscd(from).segment(2, 0, 1, 9, 0, 100))
        .sense(Sense.INEXACT_SEGMENT);
    host.copy(0, CopyLists.lid1(1).cscd(to).cscd(from).segment(3, 0, 1, 9, 4, 100)).good();
    assertThat(first.blocks(100, 8)).isEqualTo(large.blocks(4, 1));
    assertThat(first.blocks(108, 1)).isEqualTo(Arrays.copyOf(large.blocks(5, 1), 512));
  }

  @Test
  void aUnitThatTheInitiatorDoesNotSeeIsOneThatIsNotThere() {
    CopyBench.Unit hidden = bench.unit(8 * MIB, 512);
    hidden.fill(0, 8, 1);
    byte[] secret = bench.host("b").sees(0, hidden).designator(0);
    byte[] invented = secret.clone();
    invented[11] ^= 0x55;
    second.device.fill(0, new byte[4096]);

    for (byte[] name : new byte[][] {secret, invented}) {
      CopyLists reads = CopyLists.lid1(1).cscd(host.designator(5)).cscd(name);
      assertThat(host.copy(0, reads.segment(1, 0, 8, 0, 0)).outcome())
          .isEqualTo(Sense.COPY_TARGET_UNREACHABLE.atParameter(16 + 32).withCommandSpecific(0));
      CopyLists writes = CopyLists.lid1(1).cscd(host.designator(5)).cscd(name);
      assertThat(host.copy(0, writes.segment(0, 1, 8, 0, 0)).outcome())
          .isEqualTo(Sense.COPY_TARGET_UNREACHABLE.atParameter(16 + 32).withCommandSpecific(0));
    }

    assertThat(hidden.device.calls()).isEmpty();
    assertThat(second.blocks(0, 8)).containsOnly(0);
  }

  @Test
  void aSegmentBeyondTheEndIsRefusedWhereItPointsAndTheOnesBeforeItAreDone() {
    byte[] data = first.fill(0, 8, 1);

    assertThat(host.copy(0, both().segment(0, 1, 8, 0, 0).segment(0, 1, 2, 0, 16383)).outcome())
        .isEqualTo(Sense.COPY_OUT_OF_RANGE.atSegmentByte(20).withCommandSpecific(1));
    assertThat(second.blocks(0, 8)).isEqualTo(data);
    assertThat(host.copy(0, both().segment(0, 1, 2, 16383, 0)).outcome())
        .isEqualTo(Sense.COPY_OUT_OF_RANGE.atSegmentByte(12).withCommandSpecific(0));
    host.copy(0, both().segment(0, 1, 1, -1, 0)).sense(Sense.COPY_OUT_OF_RANGE);
    host.copy(0, both().segment(0, 1, 0, 0, 0)).good();
  }

  @Test
  void descriptorsThatNameNothingUsableAreRefused() {
    byte[] name = host.designator(0);

    assertThat(host.copy(0, CopyLists.lid1(1).cscd(name).segment(0, 1, 8, 0, 0)).outcome())
        .isEqualTo(Sense.COPY_TARGET_UNKNOWN.atSegmentByte(6).withCommandSpecific(0));
    assertThat(host.copy(0, CopyLists.lid1(1).cscd(name).segment(0xC000, 0, 8, 0, 0)).outcome())
        .isEqualTo(Sense.COPY_TARGET_UNKNOWN.atSegmentByte(4).withCommandSpecific(0));
    assertThat(
            host.copy(0, CopyLists.lid1(1).cscd(name, 4096, false).segment(0, 0, 8, 0, 8))
                .outcome())
        .isEqualTo(Sense.COPY_INVALID_FIELD.atParameter(16 + 29).withCommandSpecific(0));
    byte[] tape = CopyLists.lid1(1).cscd(name).segment(0, 0, 8, 0, 8).bytes();
    tape[17] = 1;
    host.send(0, tape, "83 00 0000000000000000 %08X 00 00", tape.length)
        .sense(Sense.COPY_TARGET_TYPE);
    assertThat(first.device.calls()).isEmpty();
  }

  @Test
  void reservationsOfOthersStopACopy() {
    first.fill(0, 8, 1);
    CopyBench.Host other = bench.host("b").sees(0, second).sees(1, first);
    other.send(0, "16 00 00 00 00 00").good();

    assertThat(host.copy(0, both().segment(0, 1, 8, 0, 0)).outcome())
        .isEqualTo(
            Sense.COPY_FAILED
                .forwarding(false, Outcome.RESERVATION_CONFLICT)
                .atParameter(16 + 32)
                .withCommandSpecific(0));
    host.copy(0, both().segment(1, 0, 8, 0, 0)).sense(Sense.COPY_FAILED);
    other.send(1, "16 00 00 00 00 00").good();
    assertThat(host.copy(0, both().segment(0, 1, 8, 0, 0)).outcome())
        .isEqualTo(Outcome.RESERVATION_CONFLICT);
    assertThat(second.device.calls()).isEmpty();
    assertThat(first.blocks(0, 8)).isEqualTo(TestUnit.pattern(8 * 512, 1));
  }

  @Test
  void aWriteProtectedDestinationIsNotWrittenAndASourceMayBe() {
    CopyBench.Unit image = bench.unit(8 * MIB, 512);
    byte[] data = image.fill(0, 8, 1);
    host.seesReadOnly(9, image);
    CopyLists list = CopyLists.lid1(1).cscd(host.designator(9)).cscd(host.designator(0));

    host.copy(9, list.segment(0, 1, 8, 0, 0)).good();

    assertThat(first.blocks(0, 8)).isEqualTo(data);
    CopyLists back = CopyLists.lid1(1).cscd(host.designator(9)).cscd(host.designator(0));
    assertThat(host.copy(9, back.segment(1, 0, 8, 0, 100)).outcome())
        .isEqualTo(
            Sense.COPY_FAILED
                .forwarding(false, Sense.WRITE_PROTECTED)
                .atParameter(16)
                .withCommandSpecific(0));
  }

  @Test
  void aFailureTellsWhoseItIsWhichSegmentAndHowMuchIsMissing() {
    first.fill(0, 4096, 1);
    second.device.failAfter(2, Operation.WRITE, Kind.OUT_OF_SPACE);

    TestTask task = host.copy(0, both().segment(0, 1, 4096, 0, 0));

    assertThat(task.outcome())
        .isEqualTo(
            Sense.COPY_FAILED
                .forwarding(false, Sense.SPACE_ALLOCATION_FAILED)
                .atParameter(16 + 32)
                .withCommandSpecific(0)
                .withInformation(4096 - 2 * 512));
    assertThat(task.leases()).isZero();
    first.device.failNext(Operation.READ, Kind.MEDIUM_READ);
    assertThat(host.copy(0, both().segment(0, 1, 8, 0, 0)).outcome())
        .as("nothing was written, so there is no residual")
        .isEqualTo(
            Sense.COPY_FAILED
                .forwarding(true, Sense.UNRECOVERED_READ)
                .atParameter(16)
                .withCommandSpecific(0));
  }

  @Test
  void anAbortedCopyEndsAfterThePiecesUnderWay() {
    Queue<Runnable> held = new ArrayDeque<>();
    CopyBench.Unit slow = bench.unit(held::add);
    slow.fill(0, 8192, 1);
    host.sees(3, slow);

    TestTask copy = host.copy(3, CopyLists.lid1(1).segment(OWN, OWN, 8192, 0, 8192));
    assertThat(held).as("pieces under way").hasSize(4);
    copy.stop();
    while (!held.isEmpty()) {
      held.remove().run();
    }

    assertThat(copy.outcome()).isEqualTo(Outcome.TASK_ABORTED);
    assertThat(copy.leases()).isZero();
    assertThat(slow.device.count(Operation.WRITE)).isZero();
  }

  @Test
  void atomicCommandsDoNotWaitForTheEndOfACopy() {
    Queue<Runnable> held = new ArrayDeque<>();
    CopyBench.Unit slow = bench.unit(held::add);
    slow.fill(0, 8192, 1);
    host.sees(3, slow);

    TestTask copy = host.copy(3, CopyLists.lid1(1).segment(OWN, OWN, 8192, 0, 8192));
    TestTask write = host.send(3, new byte[512], "9C 00 0000000000000000 0000 0001 00 00");
    int steps = 0;
    while (write.isPending()) {
      held.remove().run();
      steps++;
    }

    assertThat(copy.isPending()).isTrue();
    assertThat(steps).isLessThan(20);
  }

  @Test
  void unmappingTheUnitAddressedEndsACopyBetweenOthers() throws Exception {
    Queue<Runnable> held = new ArrayDeque<>();
    CopyBench.Unit slow = bench.unit(held::add);
    first.fill(0, 8192, 1);
    host.sees(3, slow).sees(4, bench.unit(MIB, 512));
    CopyLists list = CopyLists.lid1(1).cscd(host.designator(0)).cscd(host.designator(3));

    TestTask copy = host.copy(4, list.segment(0, 1, 8192, 0, 0));
    MediumAccess watching = MediumAccess.open(host.nexus(4));
    Thread unmapping = new Thread(() -> host.loses(4));
    unmapping.start();
    while (!watching.isRevoked()) {
      Thread.onSpinWait();
    }
    watching.close();
    long written = slow.device.count(Operation.WRITE);
    while (!held.isEmpty()) {
      held.remove().run();
    }
    unmapping.join();

    assertThat(copy.outcome()).isEqualTo(Outcome.TASK_ABORTED);
    assertThat(slow.device.count(Operation.WRITE)).isEqualTo(written);
  }

  @Test
  void unmappingWaitsForThePieceUnderWayAndEndsTheCopy() throws Exception {
    Queue<Runnable> held = new ArrayDeque<>();
    CopyBench.Unit slow = bench.unit(held::add);
    first.fill(0, 8192, 1);
    host.sees(3, slow);
    CopyLists list = CopyLists.lid1(1).cscd(host.designator(3)).segment(OWN, 0, 8192, 0, 0);

    TestTask copy = host.copy(0, list);
    MediumAccess watching = MediumAccess.open(host.nexus(3));
    Thread unmapping = new Thread(() -> host.loses(3));
    unmapping.start();
    while (!watching.isRevoked()) {
      Thread.onSpinWait();
    }
    watching.close();
    long written = slow.device.count(Operation.WRITE);
    while (!held.isEmpty()) {
      held.remove().run();
    }
    unmapping.join();

    assertThat(copy.outcome())
        .isEqualTo(
            Sense.COPY_TARGET_UNREACHABLE
                .atParameter(16)
                .withCommandSpecific(0)
                .withInformation(8192 - 4 * 512));
    assertThat(slow.device.count(Operation.WRITE)).isEqualTo(written);
    host.copy(0, list).sense(Sense.COPY_TARGET_UNREACHABLE);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.CopyBench.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockException.Kind;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.CopyLimits;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What can be learned of copy operations, under way and ended, and how they are aborted. */
class CopyStatusTest {

  private static final int OWN = 0xFFFF;

  private final Queue<Runnable> held = new ArrayDeque<>();
  private final CopyBench bench = new CopyBench();
  private final CopyBench.Unit unit = bench.unit(MIB, 512);
  private final CopyBench.Unit slow = bench.unit(held::add);
  private final CopyBench.Host host = bench.host("a").sees(0, unit).sees(1, slow);

  CopyStatusTest() {
    unit.fill(0, 64, 1);
    slow.fill(0, 8192, 2);
  }

  private void proceed(int steps) {
    for (int i = 0; i < steps; i++) {
      held.remove().run();
    }
  }

  private void proceed() {
    while (!held.isEmpty()) {
      held.remove().run();
    }
  }

  private static CopyLists slowCopy(CopyLists list) {
    return list.segment(OWN, OWN, 8192, 0, 8192);
  }

  private TestTask status(int lun, int listId) {
    return host.send(lun, "84 00 %02X 00000000000000 %08X 00 00", listId, 64);
  }

  private ByteBuffer longStatus(int lun, int listId) {
    return host.send(lun, "84 05 %08X 00000000 %08X 00 00", listId, 256).reply();
  }

  private TestTask details(int lun, int listId) {
    return host.send(lun, "84 04 %02X 00000000000000 %08X 00 00", listId, 256);
  }

  private TestTask abort(int lun, int listId) {
    return host.send(lun, "83 1C %08X 000000000000000000 00", listId);
  }

  @Test
  void theStatusOfACopyIsToldOnceAfterItsEnd() {
    status(0, 9).invalidField(2, 7);
    host.copy(0, CopyLists.lid1(9).segment(OWN, OWN, 8, 0, 100).segment(OWN, OWN, 4, 0, 50)).good();

    ByteBuffer status = status(0, 9).reply();

    assertThat(status.getInt(0)).isEqualTo(8);
    assertThat(status.get(4)).as("completed").isEqualTo((byte) 1);
    assertThat(status.getShort(5)).as("segments").isEqualTo((short) 2);
    assertThat(status.getInt(8)).as("bytes").isEqualTo(12 * 512);
    status(0, 9).invalidField(2, 7);
    assertThat(longStatus(0, 9).get(5)).isEqualTo((byte) 1);
  }

  @Test
  void listIdentifiersBelongToANexus() {
    host.copy(0, CopyLists.lid1(9).segment(OWN, OWN, 8, 0, 100)).good();
    CopyBench.Host other = bench.host("b").sees(0, unit);

    other.send(0, "84 00 09 00000000000000 00000040 00 00").invalidField(2, 7);
    host.copy(0, CopyLists.lid1(0).usage(3).segment(OWN, OWN, 8, 0, 100)).good();
    status(0, 0).invalidField(2, 7);
    host.leaves(0);
    host.sees(0, unit);
    status(0, 9).invalidField(2, 7);
  }

  @Test
  void progressIsSeenWhileACopyIsUnderWay() {
    TestTask copy = host.copy(1, slowCopy(CopyLists.lid1(3)));
    ByteBuffer begun = status(1, 3).reply();
    proceed(5);
    proceed(4);
    ByteBuffer later = longStatus(1, 3);

    assertThat(begun.get(4)).isZero();
    assertThat(begun.getShort(5)).isEqualTo((short) 1);
    assertThat(begun.getInt(8)).isZero();
    assertThat(later.get(4)).as("service action").isZero();
    assertThat(later.get(5)).as("in progress in foreground").isEqualTo((byte) 0x11);
    assertThat(later.getLong(16)).isPositive().isLessThan(8192 * 512);
    details(1, 3).invalidField(2, 7);
    proceed();
    copy.good();
    assertThat(status(1, 3).reply().getInt(8)).isEqualTo(8192 * 512);
  }

  @Test
  void aFailureIsHeldInAllItsDetailsUntilTheyAreFetched() {
    slow.device.failNext(Operation.READ, Kind.MEDIUM_READ);
    TestTask copy =
        host.copy(1, CopyLists.lid1(3).cscd(host.designator(1)).segment(0, 0, 8, 0, 100));
    proceed();
    copy.sense(Sense.COPY_FAILED);

    ByteBuffer details = details(1, 3).reply();

    assertThat(details.get(56)).isEqualTo((byte) 2);
    assertThat(details.getInt(0)).isEqualTo(details.limit() - 4);
    assertThat(details.getShort(58)).isEqualTo((short) (18 + 1 + 18));
    assertThat(details.get(60 + 2)).as("COPY ABORTED").isEqualTo((byte) 0x0A);
    assertThat(details.get(60 + 8)).as("where the source's answer is").isEqualTo((byte) 18);
    assertThat(details.get(60 + 9)).isZero();
    assertThat(details.getShort(60 + 10)).as("segment").isZero();
    assertThat(details.getShort(60 + 16)).as("descriptor").isEqualTo((short) 16);
    assertThat(details.get(60 + 18)).as("status of the source").isEqualTo((byte) 2);
    assertThat(details.get(60 + 19 + 2)).as("MEDIUM ERROR").isEqualTo((byte) 3);
    assertThat(details.get(60 + 19 + 12)).isEqualTo((byte) 0x11);
    details(1, 3).invalidField(2, 7);
    ByteBuffer status = longStatus(1, 3);
    assertThat(status.get(5)).as("completed with errors").isEqualTo((byte) 2);
    assertThat(status.get(12)).isEqualTo((byte) 2);
    assertThat(status.get(14)).isEqualTo((byte) 37);
    assertThat(status.get(13)).isEqualTo((byte) 40);
    host.copy(0, CopyLists.lid1(4).segment(OWN, OWN, 8, 0, 100)).good();
    assertThat(details(0, 4).reply().getInt(0)).as("nothing failed").isZero();
  }

  @Test
  void oneIdentifierNamesOneOperationAtATime() {
    TestTask copy = host.copy(1, slowCopy(CopyLists.lid1(3)));

    host.copy(1, slowCopy(CopyLists.lid1(3))).sense(Sense.OPERATION_IN_PROGRESS);
    assertThat(host.copy(1, slowCopy(CopyLists.lid4(3))).outcome())
        .isEqualTo(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(20));
    host.copy(0, CopyLists.lid1(3).segment(OWN, OWN, 8, 0, 100)).good();
    proceed();
    copy.good();
    TestTask again = host.copy(1, slowCopy(CopyLists.lid4(3)));
    proceed();
    again.good();
  }

  @Test
  void tooManyAtATimeAreToldToComeBack() {
    for (int i = 0; i < CopyLimits.CONCURRENT_PER_NEXUS; i++) {
      assertThat(host.copy(1, slowCopy(CopyLists.lid1(i))).isPending()).isTrue();
    }

    assertThat(host.copy(1, slowCopy(CopyLists.lid1(99))).outcome()).isEqualTo(Outcome.BUSY);
    CopyBench.Host other = bench.host("b").sees(1, slow);
    assertThat(other.copy(1, slowCopy(CopyLists.lid1(0))).isPending()).isTrue();
    proceed();
    TestTask copy = host.copy(1, slowCopy(CopyLists.lid1(99)));
    proceed();
    copy.good();
  }

  @Test
  void aSessionWithoutMemoryIsToldToComeBackAndMay() {
    byte[] list = CopyLists.lid1(3).segment(OWN, OWN, 8, 0, 100).bytes();
    String copy = "83 00 0000000000000000 %08X 00 00";

    assertThat(host.sendPoor(0, list, copy, list.length).outcome()).isEqualTo(Outcome.BUSY);

    assertThat(unit.device.calls()).isEmpty();
    host.send(0, list, copy, list.length).good();
  }

  @Test
  void anAbortEndsWhenNothingIsUnderWayAnyMore() {
    TestTask copy = host.copy(1, slowCopy(CopyLists.lid4(70_000)));
    abort(1, 3).invalidField(2, 7);

    TestTask abort = abort(1, 70_000);
    assertThat(abort.isPending()).isTrue();
    proceed();

    abort.good();
    copy.sense(Sense.COPY_CLEARED);
    assertThat(slow.device.count(Operation.WRITE)).isZero();
    assertThat(longStatus(1, 70_000).get(5)).as("terminated").isEqualTo((byte) 0x60);
    assertThat(longStatus(1, 70_000).get(12)).as("TASK ABORTED").isEqualTo((byte) 0x40);
    abort(1, 70_000).invalidField(2, 7);
  }

  @Test
  void aCopyInTheBackgroundOutlivesItsCommand() {
    TestTask copy = host.copy(1, slowCopy(CopyLists.lid4(8).flags(1)));
    copy.good();
    assertThat(longStatus(1, 8).get(5)).as("in background").isEqualTo((byte) 0x12);
    assertThat(copy.leases()).isEqualTo(1);

    proceed();

    assertThat(slow.blocks(8192, 8192)).isEqualTo(slow.blocks(0, 8192));
    assertThat(longStatus(1, 8).get(5)).isEqualTo((byte) 1);
    assertThat(copy.leases()).isZero();
  }

  @Test
  void aResetEndsWhatRunsInTheBackgroundAndForgetsWhatEnded() {
    host.copy(0, CopyLists.lid1(1).segment(OWN, OWN, 8, 0, 100)).good();
    host.copy(1, slowCopy(CopyLists.lid4(8).flags(1))).good();
    boolean[] ended = new boolean[1];

    unit.unit.reset(Sense.DEVICE_RESET);
    slow.unit.reset(Sense.DEVICE_RESET);
    slow.unit.copies().whenAborted(() -> ended[0] = true);
    assertThat(ended[0]).isFalse();
    proceed();

    assertThat(ended[0]).isTrue();
    assertThat(slow.device.count(Operation.WRITE)).isZero();
    host.send(0, "00 00 00 00 00 00").sense(Sense.DEVICE_RESET);
    status(0, 1).invalidField(2, 7);
  }

  @Test
  void preemptAndAbortEndsTheCopiesOfThePreempted() {
    CopyBench.Host other = bench.host("b").sees(0, slow);
    register(host, 1, 0xA);
    register(other, 0, 0xB);
    host.copy(1, slowCopy(CopyLists.lid4(8).flags(1))).good();

    TestTask preempting =
        other.send(0, keys(0xB, 0xA), "5F 05 03 00 00 %08X 00", keys(0, 0).length);

    assertThat(preempting.isPending()).isTrue();
    proceed();
    preempting.good();
    assertThat(slow.device.count(Operation.WRITE)).isZero();
  }

  private static void register(CopyBench.Host host, int lun, long key) {
    host.send(lun, keys(0, key), "5F 00 00 00 00 %08X 00", keys(0, 0).length).good();
  }

  private static byte[] keys(long reservation, long action) {
    return ByteBuffer.allocate(24).putLong(reservation).putLong(action).array();
  }

  @Test
  void goodStatusComesWithSenseWhereItIsAskedFor() {
    TestTask copy =
        host.copy(
            0,
            CopyLists.lid4(8).flags(2).segment(OWN, OWN, 8, 0, 100).segment(OWN, OWN, 8, 0, 200));

    assertThat(copy.outcome()).isEqualTo(Sense.COPY_INFORMATION_AVAILABLE.withCommandSpecific(2));
    assertThat(copy.outcome().status()).isEqualTo(io.lunette.scsi.ScsiStatus.GOOD);
    assertThat(longStatus(0, 8).get(5)).isEqualTo((byte) 1);
  }
}

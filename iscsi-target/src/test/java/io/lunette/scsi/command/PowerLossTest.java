/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.MemoryUnitStateStore;
import io.lunette.scsi.device.UnitStateStore.Kind;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** APTPL: what reservations and registrations do when the target starts again (SPC-4 §5.13.5). */
class PowerLossTest {

  private static final int REGISTER = 0;
  private static final int RESERVE = 1;
  private static final int RELEASE = 2;
  private static final int CLEAR = 3;
  private static final int PREEMPT = 4;
  private static final int REPLACE_LOST = 8;
  private static final int EXCLUSIVE_ACCESS = 3;
  private static final int APTPL = 1;
  private static final String READ = "28 00 00000000 00 0001 00";

  private final MemoryUnitStateStore store = new MemoryUnitStateStore();
  private TestUnit unit;
  private Initiator a;
  private Initiator b;

  PowerLossTest() {
    restart();
  }

  private void restart() {
    unit = TestUnit.restored(store);
    a = unit.initiator;
    b = unit.another("b");
  }

  private static TestTask out(
      Initiator by, int action, int type, long key, long actionKey, int flags) {
    byte[] list =
        ByteBuffer.allocate(24).putLong(key).putLong(actionKey).put(20, (byte) flags).array();
    return by.send(list, "5F %02X %02X 0000 00000018 00", action, type);
  }

  private static ByteBuffer in(Initiator by, int action) {
    return by.send("5E %02X 00 00 00 00 00 0400 00", action).reply();
  }

  private static void conflicts(TestTask task) {
    assertThat(task.outcome()).isEqualTo(Outcome.RESERVATION_CONFLICT);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 6, 7, 8})
  void whatIsActivatedOutlivesARestart(int type) {
    out(a, REGISTER, 0, 0, 0xA, APTPL).good();
    out(b, REGISTER, 0, 0, 0xB, APTPL).good();
    out(a, RESERVE, type, 0xA, 0, 0).good();
    byte[] before = in(a, 3).putInt(0, 0).array();

    restart();

    assertThat(in(a, 3).array()).as("all but the generation").isEqualTo(before);
    assertThat(in(a, 2).array()).containsExactly(0, 8, 0x9D, 0xB1, 0xEA, 1, 0, 0);
    conflicts(unit.another("c").send("2A 00 00000000 00 0001 00"));
    out(a, RELEASE, type, 0xA, 0, 0).good();

    restart();

    assertThat(in(a, 1).getInt(4)).isZero();
    assertThat(in(a, 0).getInt(4)).isEqualTo(16);
  }

  @Test
  void whatIsNotActivatedIsGone() {
    out(a, REGISTER, 0, 0, 0xA, 0).good();
    out(a, RESERVE, 3, 0xA, 0, APTPL).good();
    assertThat(in(a, 2).get(3)).isEqualTo((byte) 0xB0);

    restart();

    assertThat(store.saves()).isZero();
    assertThat(in(a, 0).getInt(4)).isZero();
    b.send(READ).good();
  }

  @Test
  void theLastRegistrationSaysWhetherAllIsKept() {
    out(a, REGISTER, 0, 0, 0xA, APTPL).good();
    out(b, REGISTER, 0, 0, 0xB, 0).good();
    assertThat(in(a, 2).get(3)).isEqualTo((byte) 0xB0);

    restart();
    assertThat(in(a, 0).getInt(4)).isZero();

    out(a, REGISTER, 0, 0, 0xA, 0).good();
    out(b, REGISTER, 0, 0, 0xB, APTPL).good();

    restart();
    assertThat(in(a, 0).getInt(4)).isEqualTo(16);
  }

  @Test
  void everyChangeIsKeptAndNoOther() {
    out(a, REGISTER, 0, 0, 0xA, APTPL).good();
    out(b, REGISTER, 0, 0, 0xB, APTPL).good();
    out(a, RESERVE, 3, 0xA, 0, 0).good();
    assertThat(store.saves()).isEqualTo(3);
    out(a, RESERVE, 3, 0xA, 0, 0).good();
    out(b, RELEASE, 3, 0xB, 0, 0).good();
    conflicts(out(b, RESERVE, 3, 0xB, 0, 0));
    out(a, REGISTER, 0, 0xA, 0xA, APTPL).good();
    assertThat(store.saves()).isEqualTo(3);

    out(b, PREEMPT, 1, 0xB, 0xA, 0).good();
    restart();
    assertThat(in(b, 1).getLong(8)).isEqualTo(0xB);
    out(b, CLEAR, 0, 0xB, 0, 0).good();
    restart();
    assertThat(in(b, 0).getInt(4)).isZero();
    b.send(READ).good();
  }

  @Test
  void aChangeShowsWhenItIsDurableAndNotBefore() {
    out(a, REGISTER, 0, 0, 0xA, APTPL).good();
    out(b, REGISTER, 0, 0, 0xB, APTPL).good();
    store.hold(true);

    TestTask reserving = out(a, RESERVE, 5, 0xA, 0, 0);
    TestTask preempting = out(b, PREEMPT, 3, 0xB, 0xA, 0);

    assertThat(reserving.isPending()).isTrue();
    assertThat(in(a, 1).getInt(4)).isZero();
    store.letGo();
    reserving.good();
    assertThat(preempting.isPending()).isTrue();
    assertThat(in(a, 1).getLong(8)).isEqualTo(0xA);
    store.letGo();
    preempting.good();
    a.send(READ).sense(Sense.REGISTRATIONS_PREEMPTED);
    conflicts(a.send(READ));
  }

  @Test
  void aChangeThatCannotBeKeptIsNone() {
    out(a, REGISTER, 0, 0, 0xA, APTPL).good();
    out(b, REGISTER, 0, 0, 0xB, APTPL).good();
    byte[] before = in(a, 3).array();
    store.hold(true);
    TestTask preempting = out(a, PREEMPT, 3, 0xA, 0xB, 0);
    TestTask clearing = out(b, CLEAR, 0, 0xB, 0, 0);

    store.fail(true);
    store.letGo();

    preempting.sense(Sense.INTERNAL_TARGET_FAILURE);
    store.letGo();
    clearing.sense(Sense.INTERNAL_TARGET_FAILURE);
    assertThat(in(a, 3).array()).isEqualTo(before);
    b.send(READ).good();
    store.fail(false);
    store.hold(false);
    out(b, CLEAR, 0, 0xB, 0, 0).good();
    a.send(READ).sense(Sense.RESERVATIONS_PREEMPTED);
  }

  @Test
  void aUnitWhoseReservationsAreLostServesNobody() throws Exception {
    store.put(TestUnit.IDENTITY, Kind.RESERVATIONS, new byte[] {9, 9, 9});
    restart();

    a.send(READ).sense(Sense.MANUAL_INTERVENTION_REQUIRED);
    a.send("00 00 00 00 00 00").sense(Sense.MANUAL_INTERVENTION_REQUIRED);
    out(a, REGISTER, 0, 0, 0xA, 0).sense(Sense.MANUAL_INTERVENTION_REQUIRED);
    a.send("5E 00 00 00 00 00 00 0400 00").sense(Sense.MANUAL_INTERVENTION_REQUIRED);
    a.send("12 00 00 00FF 00").good();
    a.send("A0 00 00 000000 00000100 00 00").good();

    store.fail(true);
    restart();
    a.send(READ).sense(Sense.MANUAL_INTERVENTION_REQUIRED);

    store.fail(false);
    store.remove(TestUnit.IDENTITY);
    restart();
    a.send(READ).good();
  }

  @Test
  void whoReplacesWhatWasLostHoldsTheUnitAlone() {
    store.put(TestUnit.IDENTITY, Kind.RESERVATIONS, new byte[] {9, 9, 9});
    restart();

    out(a, REPLACE_LOST, EXCLUSIVE_ACCESS, 0, 0xA, APTPL).good();
    out(b, REPLACE_LOST, EXCLUSIVE_ACCESS, 0, 0xB, APTPL).invalidField(1, 4);

    a.send(READ).good();
    conflicts(b.send(READ));
    assertThat(in(a, 0).getLong(8)).isEqualTo(0xA);
    restart();
    a.send(READ).good();
    conflicts(b.send(READ));
  }

  @Test
  void whatReplacesWhatWasLostIsOnlyKeptIfItIsToBe() {
    store.put(TestUnit.IDENTITY, Kind.RESERVATIONS, new byte[] {9, 9, 9});
    restart();

    out(a, REPLACE_LOST, EXCLUSIVE_ACCESS, 0, 0xA, 0).good();
    conflicts(b.send(READ));

    restart();
    b.send(READ).good();
  }

  @Test
  void whatIsNotLostOrCannotBeKeptIsNotReplaced() {
    out(a, REPLACE_LOST, EXCLUSIVE_ACCESS, 0, 0xA, APTPL).invalidField(1, 4);

    store.put(TestUnit.IDENTITY, Kind.RESERVATIONS, new byte[] {9, 9, 9});
    restart();
    out(a, REPLACE_LOST, 2, 0, 0xA, APTPL).invalidField(2, 7);
    out(a, REPLACE_LOST, EXCLUSIVE_ACCESS, 0xA, 0xA, APTPL)
        .sense(Sense.INVALID_FIELD_IN_PARAMETERS);
    out(a, REPLACE_LOST, EXCLUSIVE_ACCESS, 0, 0, APTPL).sense(Sense.INVALID_FIELD_IN_PARAMETERS);
    store.fail(true);
    out(a, REPLACE_LOST, EXCLUSIVE_ACCESS, 0, 0xA, APTPL).sense(Sense.INTERNAL_TARGET_FAILURE);
    a.send(READ).sense(Sense.MANUAL_INTERVENTION_REQUIRED);

    store.fail(false);
    out(a, REPLACE_LOST, EXCLUSIVE_ACCESS, 0, 0xA, APTPL).good();
    a.send(READ).good();
  }
}

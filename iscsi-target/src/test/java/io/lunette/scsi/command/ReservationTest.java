/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReservationTest {

  private static final int REGISTER = 0;
  private static final int RESERVE = 1;
  private static final int RELEASE = 2;
  private static final int CLEAR = 3;
  private static final int PREEMPT = 4;
  private static final int PREEMPT_AND_ABORT = 5;
  private static final int REGISTER_AND_IGNORE = 6;
  private static final String READ = "28 00 00000000 00 0001 00";
  private static final String WRITE = "2A 00 00000000 00 0001 00";
  private static final String TEST_UNIT_READY = "00 00 00 00 00 00";

  private final TestUnit unit = TestUnit.small();
  private final Initiator a = unit.initiator;
  private final Initiator b = unit.another("b");
  private final Initiator c = unit.another("c");

  private static TestTask out(Initiator by, int action, int type, long key, long actionKey) {
    byte[] list = ByteBuffer.allocate(24).putLong(key).putLong(actionKey).array();
    return by.send(list, "5F %02X %02X 0000 00000018 00", action, type);
  }

  private static ByteBuffer in(Initiator by, int action) {
    return by.send("5E %02X 00 00 00 00 00 0400 00", action).reply();
  }

  private static void conflicts(TestTask task) {
    assertThat(task.outcome()).isEqualTo(Outcome.RESERVATION_CONFLICT);
  }

  private void register() {
    out(a, REGISTER, 0, 0, 0xA).good();
    out(b, REGISTER, 0, 0, 0xB).good();
  }

  @Test
  void registrationsAreKeysByPortWithAGeneration() {
    register();
    out(c, REGISTER_AND_IGNORE, 0, 0x77, 0xC).good();

    ByteBuffer keys = in(a, 0);
    assertThat(keys.getInt(0)).isEqualTo(3);
    assertThat(keys.getInt(4)).isEqualTo(24);
    assertThat(List.of(keys.getLong(8), keys.getLong(16), keys.getLong(24)))
        .containsExactly(0xAL, 0xBL, 0xCL);

    out(a, REGISTER, 0, 0xA, 0x1A).good();
    out(b, REGISTER_AND_IGNORE, 0, 0, 0).good();
    conflicts(out(c, REGISTER, 0, 0x99, 0x1C));
    conflicts(out(b, REGISTER, 0, 0x99, 0x1B));
    out(b, REGISTER, 0, 0, 0).good();

    keys = in(a, 0);
    assertThat(keys.getInt(4)).isEqualTo(16);
    assertThat(keys.getLong(8)).isEqualTo(0x1A);
    assertThat(a.send("5E 00 00 00 00 00 00 0008 00").data()).hasSize(8);
  }

  /** SBC-3 table 13, SPC-4 table 66. */
  @Test
  void startingAndAllowingRemovalHarmNobody() {
    out(a, REGISTER, 0, 0, 0xA).good();
    out(a, RESERVE, 1, 0xA, 0).good();

    b.send("1B 00 00 00 01 00").good();
    conflicts(b.send("1B 00 00 00 00 00"));
    conflicts(b.send("1B 00 00 00 11 00"));
    b.send("1E 00 00 00 00 00").good();
    conflicts(b.send("1E 00 00 00 01 00"));
  }

  @Test
  void badFieldsAreRefused() {
    register();
    a.send(new byte[24], "5F 00 00 0000 00000017 00").sense(Sense.PARAMETER_LIST_LENGTH);
    a.send(new byte[23], "5F 00 00 0000 00000018 00").sense(Sense.PARAMETER_LIST_LENGTH);
    out(a, RESERVE, 0x02, 0xA, 0).invalidField(2, 7);
    out(a, RESERVE, 0x11, 0xA, 0).invalidField(2, 7);
    conflicts(out(a, RESERVE, 0x01, 0xB, 0));
    conflicts(out(c, RESERVE, 0x01, 0, 0));
  }

  @ParameterizedTest
  @CsvSource({
    // type, registered reads, registered writes, stranger reads, stranger writes
    "1, true, false, true, false",
    "3, false, false, false, false",
    "5, true, true, true, false",
    "6, true, true, false, false",
    "7, true, true, true, false",
    "8, true, true, false, false"
  })
  void eachTypeAdmitsWhomItShould(
      int type,
      boolean otherReads,
      boolean otherWrites,
      boolean strangerReads,
      boolean strangerWrites) {
    register();
    out(a, RESERVE, type, 0xA, 0).good();

    a.send(READ).good();
    a.send(new byte[512], WRITE).good();
    admits(b.send(READ), otherReads);
    admits(b.send(new byte[512], WRITE), otherWrites);
    admits(b.send("8F 00 0000000000000000 00000001 00 00"), otherReads);
    admits(b.send("35 00 00000000 00 0000 00"), otherWrites);
    admits(c.send(READ), strangerReads);
    admits(c.send(new byte[512], WRITE), strangerWrites);
    admits(c.send(new byte[24], "42 00 00000000 00 0018 00"), strangerWrites);
    admits(c.send(new byte[1024], "89 00 0000000000000000 000000 01 00 00"), strangerWrites);
    admits(c.send("9E 12 0000000000000000 00000018 00 00"), strangerReads);
    c.send(TEST_UNIT_READY).good();
    c.send("12 00 00 00FF 00").good();
    c.send("25 00 00000000 0000 00 00").good();
    c.send("A0 00 00 000000 00000100 00 00").good();

    ByteBuffer reservation = in(c, 1);
    assertThat(reservation.getInt(4)).isEqualTo(16);
    assertThat(reservation.getLong(8)).isEqualTo(type >= 7 ? 0 : 0xA);
    assertThat(reservation.get(21)).isEqualTo((byte) type);
  }

  private static void admits(TestTask task, boolean admitted) {
    assertThat(task.outcome()).isEqualTo(admitted ? Outcome.GOOD : Outcome.RESERVATION_CONFLICT);
  }

  @Test
  void aReservationIsTakenOnceAndReleasedByItsHolder() {
    register();
    out(a, RESERVE, 1, 0xA, 0).good();
    out(a, RESERVE, 1, 0xA, 0).good();
    conflicts(out(a, RESERVE, 3, 0xA, 0));
    conflicts(out(b, RESERVE, 1, 0xB, 0));
    out(b, RELEASE, 1, 0xB, 0).good();
    conflicts(b.send(new byte[512], WRITE));
    out(a, RELEASE, 3, 0xA, 0).sense(Sense.INVALID_RELEASE);
    out(a, RELEASE, 1, 0xA, 0).good();

    b.send(new byte[512], WRITE).good();
    assertThat(in(a, 1).getInt(4)).isZero();
    assertThat(in(a, 1).getInt(0)).as("only registrations count").isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 6, 7, 8})
  void registrantsAreToldOfARelease(int type) {
    register();
    out(a, RESERVE, type, 0xA, 0).good();

    out(a, RELEASE, type, 0xA, 0).good();

    b.send(TEST_UNIT_READY).sense(Sense.RESERVATIONS_RELEASED);
    a.send(TEST_UNIT_READY).good();
    c.send(TEST_UNIT_READY).good();
  }

  @Test
  void unregisteringReleases() {
    register();
    out(a, RESERVE, 5, 0xA, 0).good();

    out(a, REGISTER, 0, 0xA, 0).good();

    b.send(TEST_UNIT_READY).sense(Sense.RESERVATIONS_RELEASED);
    c.send(new byte[512], WRITE).good();
  }

  @Test
  void allRegistrantsHoldUntilTheLastOneGoes() {
    register();
    out(a, RESERVE, 8, 0xA, 0).good();

    out(a, REGISTER, 0, 0xA, 0).good();
    conflicts(c.send(READ));
    out(b, REGISTER, 0, 0xB, 0).good();

    c.send(READ).good();
  }

  @Test
  void clearRemovesAllAndTells() {
    register();
    out(a, RESERVE, 3, 0xA, 0).good();

    out(b, CLEAR, 0, 0xB, 0).good();

    a.send(READ).sense(Sense.RESERVATIONS_PREEMPTED);
    c.send(READ).good();
    assertThat(in(c, 0).getInt(4)).isZero();
  }

  @Test
  void preemptTakesTheReservationOver() {
    register();
    out(c, REGISTER, 0, 0, 0xC).good();
    out(a, RESERVE, 5, 0xA, 0).good();

    out(b, PREEMPT, 3, 0xB, 0xA).good();

    a.send(TEST_UNIT_READY).sense(Sense.REGISTRATIONS_PREEMPTED);
    c.send(TEST_UNIT_READY).sense(Sense.RESERVATIONS_RELEASED);
    conflicts(a.send(READ));
    b.send(READ).good();
    assertThat(in(b, 1).getLong(8)).isEqualTo(0xB);
    assertThat(in(b, 0).getInt(4)).isEqualTo(16);
    assertThat(a.aborts()).isEmpty();
  }

  @Test
  void preemptOfAnotherRegistrantKeepsTheReservation() {
    register();
    out(a, RESERVE, 1, 0xA, 0).good();

    out(a, PREEMPT, 0x1F, 0xA, 0xB).good();

    b.send(TEST_UNIT_READY).sense(Sense.REGISTRATIONS_PREEMPTED);
    assertThat(b.aborts()).isEmpty();
    assertThat(in(a, 1).get(21)).as("type asked for is ignored").isEqualTo((byte) 1);
    conflicts(out(a, PREEMPT, 1, 0xA, 0x99));
    out(a, PREEMPT, 1, 0xA, 0).sense(Sense.INVALID_FIELD_IN_PARAMETERS);
    out(a, PREEMPT, 2, 0xA, 0xA).invalidField(2, 7);
    conflicts(out(b, PREEMPT, 1, 0xB, 0xA));
  }

  @Test
  void preemptAndAbortEndsWhenTheAbortedCommandsAreGone() {
    register();
    out(c, REGISTER, 0, 0, 0xB).good();
    out(b, RESERVE, 1, 0xB, 0).good();

    TestTask preempting = out(a, PREEMPT_AND_ABORT, 3, 0xA, 0xB);

    assertThat(preempting.isPending()).isTrue();
    b.send(READ).sense(Sense.REGISTRATIONS_PREEMPTED);
    conflicts(b.send(READ));
    assertThat(a.aborts()).isEmpty();
    b.aborts().remove(0).run();
    assertThat(preempting.isPending()).isTrue();
    b.send(TEST_UNIT_READY).good();
    out(b, REGISTER, 0, 0, 0x1B).good();
    assertThat(preempting.isPending()).as("others do not wait for it").isTrue();
    c.aborts().remove(0).run();
    preempting.good();
  }

  @Test
  void preemptOfAllRegistrants() {
    register();
    out(a, RESERVE, 7, 0xA, 0).good();

    out(b, PREEMPT, 1, 0xB, 0).good();

    a.send(TEST_UNIT_READY).sense(Sense.REGISTRATIONS_PREEMPTED);
    assertThat(in(b, 1).getLong(8)).isEqualTo(0xB);
    assertThat(in(b, 1).get(21)).isEqualTo((byte) 1);
  }

  @Test
  void allRegistrantsWithoutARegistrantIsNoReservation() {
    register();
    out(b, REGISTER, 0, 0xB, 0).good();
    out(a, RESERVE, 8, 0xA, 0).good();

    out(a, PREEMPT, 8, 0xA, 0xA).good();

    c.send(READ).good();
    assertThat(in(c, 1).getInt(4)).isZero();
  }

  @Test
  void fullStatusNamesThePorts() {
    register();
    out(a, RESERVE, 1, 0xA, 0).good();

    ByteBuffer status = in(a, 3);
    byte[] id = a.transportId();

    assertThat(status.getInt(4)).isEqualTo(2 * (24 + id.length));
    assertThat(status.getLong(8)).isEqualTo(0xA);
    assertThat(status.get(20)).as("R_HOLDER").isEqualTo((byte) 1);
    assertThat(status.get(21)).isEqualTo((byte) 1);
    assertThat(status.getShort(26)).isEqualTo((short) 1);
    assertThat(status.getInt(28)).isEqualTo(id.length);
    byte[] told = new byte[id.length];
    status.get(32, told);
    assertThat(told).isEqualTo(id);
    assertThat(status.get(32 + id.length + 12)).as("R_HOLDER of the other").isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "16 00 00 00 00 00, 17 00 00 00 00 00",
    "56 00 00 00 00 00 00 00 00 00, 57 00 00 00 00 00 00 00 00 00",
    "16 00 00 00 00 00, 57 00 00 00 00 00 00 00 00 00"
  })
  void legacyReservationsKeepOthersOut(String reserve, String release) {
    a.send(reserve).good();
    a.send(reserve).good();

    conflicts(b.send(reserve));
    conflicts(b.send(READ));
    conflicts(b.send(TEST_UNIT_READY));
    conflicts(out(b, REGISTER, 0, 0, 0xB));
    b.send("12 00 00 00FF 00").good();
    b.send("03 00 00 00 FF 00").good();
    b.send(release).good();
    conflicts(b.send(READ));
    a.send(READ).good();
    a.send(release).good();
    b.send(READ).good();
  }

  @Test
  void legacyReservationsAreOfWholeUnitsAndOfNoThirdParty() {
    a.send("56 10 00 01 00 00 00 00 00 00").invalidField(1, 4);
    a.send("56 00 01 00 00 00 00 00 00 00").invalidField(2, 0);
    a.send("57 10 00 01 00 00 00 00 00 00").invalidField(1, 4);
    b.send(READ).good();
  }

  @Test
  void legacyReservationsGoWithTheirNexusAndWithAReset() {
    a.send("16 00 00 00 00 00").good();
    unit.unit.detach(a.nexus());
    b.send("16 00 00 00 00 00").good();
    unit.unit.reset(Sense.DEVICE_RESET);

    c.send(TEST_UNIT_READY).sense(Sense.DEVICE_RESET);
    c.send(READ).good();
  }

  @Test
  void legacyReservationsShutPersistentOnesOut() {
    a.send("16 00 00 00 00 00").good();

    for (int action = 0; action < 4; action++) {
      conflicts(a.send("5E %02X 00 00 00 00 00 0400 00", action));
      conflicts(b.send("5E %02X 00 00 00 00 00 0400 00", action));
    }
    conflicts(out(a, REGISTER, 0, 0, 0xA));
  }

  @ParameterizedTest
  @CsvSource({"1, false", "3, false", "5, true", "6, true", "7, true", "8, true"})
  void legacyReservationsBesidePersistentOnes(int type, boolean registrantIsIn) {
    register();
    conflicts(a.send("16 00 00 00 00 00"));
    conflicts(a.send("17 00 00 00 00 00"));
    conflicts(a.send("56 00 00 00 00 00 00 00 00 00"));
    out(a, RESERVE, type, 0xA, 0).good();

    for (String command :
        List.of(
            "16 00 00 00 00 00",
            "17 00 00 00 00 00",
            "56 00 00 00 00 00 00 00 00 00",
            "57 00 00 00 00 00 00 00 00 00")) {
      a.send(command).good();
      admits(b.send(command), registrantIsIn);
      conflicts(c.send(command));
    }

    assertThat(unit.unit.legacyReservation().isHeld()).isFalse();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.TestUnit.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.UnitTraits;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MediumTest {

  private static final String READY = "00 00 00 00 00 00";
  private static final String EJECT = "1B 00 00 00 02 00";
  private static final String LOAD = "1B 00 00 00 03 00";
  private static final String PREVENT = "1E 00 00 00 01 00";
  private static final String ALLOW = "1E 00 00 00 00 00";

  private final TestUnit unit =
      new TestUnit(
          MemoryBlockDevice.inline(TestUnit.MIB, 512), UnitTraits.DISK.withRemovable(true));
  private final Initiator initiator = unit.initiator;

  @Test
  void aRemovableUnitSaysSo() {
    assertThat(initiator.send("12 00 00 00FF 00").data()[1] & 0xFF).isEqualTo(0x80);
    assertThat(TestUnit.small().initiator.send("12 00 00 00FF 00").data()[1]).isZero();
  }

  @Test
  void anEjectedMediumIsMissedByWhatNeedsIt() {
    initiator.send(EJECT).good();

    for (String command :
        new String[] {
          READY,
          "25 00 00000000 0000 00 00",
          "9E 10 0000000000000000 00000020 00 00",
          "9E 12 0000000000000000 00000018 00 00",
          "28 00 00000000 00 0001 00",
          "2F 00 00000000 00 0001 00",
          "34 00 00000000 00 0001 00",
          "35 00 00000000 00 0001 00",
          "37 00 08 00 00 00 00 0008 00",
          "48 82 00000000 00 0000 00",
          "93 09 0000000000000000 00000001 00 00"
        }) {
      initiator.send(command).sense(Sense.MEDIUM_NOT_PRESENT);
    }
    initiator.send(new byte[512], "2A 00 00000000 00 0001 00").sense(Sense.MEDIUM_NOT_PRESENT);
    assertThat(unit.device.count(Operation.READ)).isZero();
    assertThat(unit.device.count(Operation.WRITE)).isZero();
  }

  @Test
  void anEjectedUnitStillSpeaksOfItself() {
    initiator.send(EJECT).good();

    initiator.send("12 00 00 00FF 00").good();
    initiator.send("A0 00 00 000000 00000100 00 00").good();
    initiator.send("A3 0C 00 00 0000 00010000 00 00").good();
    assertThat(initiator.send("1A 00 0A 00 FF 00").reply().getInt(4)).isZero();
    byte[] sense = initiator.send("03 00 00 00 FF 00").data();
    assertThat(sense[2]).isEqualTo((byte) 2);
    assertThat(sense[12]).isEqualTo((byte) 0x3A);
  }

  @Test
  void loadingBringsTheBlocksBackAndIsToldToTheOthers() {
    Initiator other = unit.another("b");
    initiator.send(pattern(512, 1), "2A 00 00000000 00 0001 00").good();
    initiator.send(EJECT).good();
    assertThat(unit.device.count(Operation.FLUSH)).isEqualTo(1);

    initiator.send(LOAD).good();
    initiator.send(LOAD).good();

    assertThat(initiator.send("28 00 00000000 00 0001 00").data()).isEqualTo(pattern(512, 1));
    other.send(READY).sense(Sense.MEDIUM_MAY_HAVE_CHANGED);
    other.send(READY).good();
  }

  @Test
  void anyNexusPreventsRemovalAndLoading() {
    Initiator other = unit.another("b");
    other.send(PREVENT).good();
    initiator.send(EJECT).sense(Sense.REMOVAL_PREVENTED);
    initiator.send(READY).good();
    other.send(ALLOW).good();
    initiator.send(EJECT).good();
    other.send(PREVENT).good();
    initiator.send(LOAD).sense(Sense.REMOVAL_PREVENTED);

    unit.unit.detach(other.nexus());

    initiator.send(LOAD).good();
    initiator.send(READY).good();
  }

  @Test
  void aResetEndsPreventionAndLeavesTheMediumWhereItIs() {
    initiator.send(EJECT).good();
    initiator.send(PREVENT).good();

    unit.unit.reset(Sense.DEVICE_RESET);

    initiator.send(READY).sense(Sense.DEVICE_RESET);
    initiator.send(READY).sense(Sense.MEDIUM_NOT_PRESENT);
    initiator.send(LOAD).good();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1B 00 00 00 12 00", "1B 01 00 00 F2 00", "1B 00 00 00 00 00"})
  void neitherPowerConditionsNorStoppingTakeTheMediumOut(String command) {
    initiator.send(command).good();

    initiator.send(READY).good();
  }

  @Test
  void modeSenseOfTheLongFormHasNoBlocksEither() {
    initiator.send(EJECT).good();

    ByteBuffer page = initiator.send("5A 10 0A 00 00 00 00 00FF 00").reply();

    assertThat(page.getLong(8)).isZero();
  }
}

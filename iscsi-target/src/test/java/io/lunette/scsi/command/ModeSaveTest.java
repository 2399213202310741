/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.ModeValues;
import io.lunette.scsi.device.UnitServices;
import io.lunette.scsi.device.UnitStateStore.Kind;
import io.lunette.scsi.device.UnitTraits;
import org.junit.jupiter.api.Test;

/** Saved values of the mode pages. */
class ModeSaveTest {

  private static final byte[] CONTROL =
      Initiator.hex("00 00 00 00 0A 0A 04 10 08 00 00 00 00 00 00 00");
  private static final String SELECT = "15 10 00 00 10 00";
  private static final String SELECT_AND_SAVE = "15 11 00 00 10 00";

  private final KeptRecords kept = new KeptRecords(Kind.MODE_PAGES);

  private TestUnit unit() {
    return new TestUnit(
        MemoryBlockDevice.inline(TestUnit.MIB, 512),
        kept.reopen(),
        UnitTraits.DISK,
        UnitServices.UNBOUNDED);
  }

  private static int swp(TestUnit unit, String control) {
    return unit.initiator.send("1A 08 %s 00 FF 00", control).data()[8];
  }

  @Test
  void savedValuesOutliveResetAndRestart() {
    TestUnit first = unit();
    first.initiator.send(CONTROL, SELECT_AND_SAVE).good();
    first.unit.reset(Sense.DEVICE_RESET);
    first.initiator.send("00 00 00 00 00 00").sense(Sense.DEVICE_RESET);
    assertThat(swp(first, "0A")).isEqualTo(8);

    TestUnit second = unit();

    assertThat(swp(second, "0A")).as("current").isEqualTo(8);
    assertThat(swp(second, "CA")).as("saved").isEqualTo(8);
    assertThat(swp(second, "8A")).as("default").isZero();
    second
        .initiator
        .send(new byte[512], "2A 00 00000000 00 0001 00")
        .sense(Sense.SOFTWARE_WRITE_PROTECTED);
  }

  @Test
  void whatIsNotSavedIsGoneWithAReset() {
    TestUnit unit = unit();
    unit.initiator.send(CONTROL, SELECT).good();
    assertThat(swp(unit, "0A")).isEqualTo(8);
    assertThat(swp(unit, "CA")).isZero();

    unit.unit.reset(Sense.DEVICE_RESET);

    assertThat(unit.unit.modes().current()).isEqualTo(ModeValues.DEFAULTS);
    assertThat(unit().unit.modes().current()).isEqualTo(ModeValues.DEFAULTS);
  }

  @Test
  void anEmptyListSavesWhatIsCurrent() {
    TestUnit unit = unit();
    unit.initiator.send(CONTROL, SELECT).good();

    unit.initiator.send("15 11 00 00 00 00").good();

    assertThat(swp(unit(), "0A")).isEqualTo(8);
  }

  @Test
  void pagesSayWhetherTheyCanBeSaved() {
    TestUnit unit = unit();

    assertThat(unit.initiator.send("1A 08 0A 00 FF 00").data()[4]).isEqualTo((byte) 0x8A);
    assertThat(unit.initiator.send("1A 08 08 00 FF 00").data()[4]).isEqualTo((byte) 0x88);
    assertThat(unit.initiator.send("1A 08 1C 00 FF 00").data()[4]).isEqualTo((byte) 0x1C);
    assertThat(TestUnit.small().initiator.send("1A 08 0A 00 FF 00").data()[4])
        .isEqualTo((byte) 0x0A);
  }

  @Test
  void aSaveThatFailsIsSaid() {
    TestUnit unit = unit();
    kept.breakDown(true);

    unit.initiator.send(CONTROL, SELECT_AND_SAVE).sense(Sense.INTERNAL_TARGET_FAILURE);

    assertThat(swp(unit, "CA")).isZero();
  }

  @Test
  void aUnitThatLostItsSavedValuesIsWriteProtected() {
    kept.breakDown(true);
    TestUnit unit = unit();
    kept.breakDown(false);

    assertThat(unit.unit.modes().current())
        .isEqualTo(ModeValues.DEFAULTS.withSoftwareWriteProtect(true));
  }
}

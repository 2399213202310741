/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.Sense;
import io.lunette.scsi.device.LogicalUnit;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ModeTest {

  private static final byte[] CONTROL = Initiator.hex("0A 0A 00 10 00 00 00 00 00 00 00 00");

  private final TestUnit unit = TestUnit.small();
  private final Initiator initiator = unit.initiator;

  private static byte[] control(boolean descriptorSense, boolean writeProtect) {
    byte[] page = CONTROL.clone();
    page[2] = (byte) (descriptorSense ? 4 : 0);
    page[4] = (byte) (writeProtect ? 8 : 0);
    return page;
  }

  private TestTask select6(byte[] page) {
    byte[] list = ByteBuffer.allocate(4 + page.length).put(4, page).array();
    return initiator.send(list, "15 10 00 00 %02X 00", list.length);
  }

  private TestTask select10(byte[] page) {
    byte[] list = ByteBuffer.allocate(8 + page.length).put(8, page).array();
    return initiator.send(list, "55 10 00 00 00 00 00 %04X 00", list.length);
  }

  @Test
  void theShortFormHasHeaderBlockDescriptorAndPages() {
    ByteBuffer all = initiator.send("1A 00 3F 00 FF 00").reply();

    assertThat(all.get(0) & 0xFF).isEqualTo(all.capacity() - 1);
    assertThat(all.get(2) & 0xFF).as("DPOFUA").isEqualTo(0x10);
    assertThat(all.get(3)).isEqualTo((byte) 8);
    assertThat(all.getInt(4)).isEqualTo(2048);
    assertThat(all.getInt(8)).isEqualTo(512);
    int at = 12;
    for (int code : new int[] {0x01, 0x08, 0x0A, 0x1C}) {
      assertThat(all.get(at)).isEqualTo((byte) code);
      at += 2 + all.get(at + 1);
    }
    assertThat(at).isEqualTo(all.capacity());
    assertThat(initiator.send("1A 08 08 00 FF 00").reply().get(6)).as("WCE").isEqualTo((byte) 4);
  }

  @Test
  void theLongFormHasLongBlockDescriptors() {
    ByteBuffer page = initiator.send("5A 10 0A 00 00 00 00 00FF 00").reply();

    assertThat(page.getShort(0)).isEqualTo((short) (page.capacity() - 2));
    assertThat(page.get(4)).as("LONGLBA").isEqualTo((byte) 1);
    assertThat(page.getShort(6)).isEqualTo((short) 16);
    assertThat(page.getLong(8)).isEqualTo(2048);
    assertThat(page.getInt(20)).isEqualTo(512);
    assertThat(Arrays.copyOfRange(page.array(), 24, 36)).isEqualTo(CONTROL);
    assertThat(initiator.send("5A 08 3F FF 00 00 00 00FF 00").reply().getShort(6)).isZero();
  }

  @Test
  void changeableDefaultAndSavedValues() {
    select6(control(true, true)).good();

    byte[] changeable = initiator.send("1A 08 4A 00 FF 00").data();
    assertThat(Arrays.copyOfRange(changeable, 4, 16))
        .isEqualTo(Initiator.hex("0A 0A 04 00 08 00 00 00 00 00 00 00"));
    byte[] defaults = initiator.send("1A 08 8A 00 FF 00").data();
    assertThat(Arrays.copyOfRange(defaults, 4, 16)).isEqualTo(CONTROL);
    byte[] current = initiator.send("1A 08 0A 00 FF 00").data();
    assertThat(Arrays.copyOfRange(current, 4, 16)).isEqualTo(control(true, true));
    initiator.send("1A 08 CA 00 FF 00").sense(Sense.SAVING_NOT_SUPPORTED);
  }

  @Test
  void unknownPagesAreRefused() {
    initiator.send("1A 08 07 00 FF 00").invalidField(2, 5);
    initiator.send("1A 08 0A 01 FF 00").invalidField(3, 5);
  }

  @Test
  void softwareWriteProtectionHoldsForAllAndIsToldToTheOthers() {
    Initiator other = unit.another("b");

    select10(control(false, true)).good();

    other.send("00 00 00 00 00 00").sense(Sense.MODE_PARAMETERS_CHANGED);
    other.send(new byte[512], "2A 00 00000000 00 0001 00").sense(Sense.SOFTWARE_WRITE_PROTECTED);
    initiator
        .send(new byte[512], "2A 00 00000000 00 0001 00")
        .sense(Sense.SOFTWARE_WRITE_PROTECTED);
    assertThat(initiator.send("1A 08 0A 00 FF 00").data()[2] & 0x80).isEqualTo(0x80);
    initiator.send("28 00 00000000 00 0001 00").good();

    select6(control(false, false)).good();
    initiator.send(new byte[512], "2A 00 00000000 00 0001 00").good();
  }

  @Test
  void aResetReturnsToTheDefaults() {
    select6(control(true, true)).good();

    unit.unit.reset(Sense.DEVICE_RESET);

    LogicalUnit reset = unit.unit;
    assertThat(reset.modes().softwareWriteProtect()).isFalse();
    assertThat(reset.modes().descriptorSense()).isFalse();
    initiator.send("00 00 00 00 00 00").sense(Sense.DEVICE_RESET);
  }

  @Test
  void whatCannotBeChangedIsNot() {
    byte[] page = CONTROL.clone();
    page[3] = 0;
    select6(page).sense(Sense.INVALID_FIELD_IN_PARAMETERS);
    select6(Initiator.hex("07 00")).sense(Sense.INVALID_FIELD_IN_PARAMETERS);
    select6(Initiator.hex("0A 0B 00 10 00 00 00 00 00 00 00 00 00"))
        .sense(Sense.INVALID_FIELD_IN_PARAMETERS);
    select6(Initiator.hex("0A 0A 00 10")).sense(Sense.PARAMETER_LIST_LENGTH);
    select6(Initiator.hex("0A")).sense(Sense.PARAMETER_LIST_LENGTH);
    byte[] both = ByteBuffer.allocate(24).put(control(false, true)).put(page).array();
    select10(both).sense(Sense.INVALID_FIELD_IN_PARAMETERS);
    assertThat(unit.unit.modes().softwareWriteProtect()).isFalse();
  }

  @Test
  void listsAndFieldsOutOfShapeAreRefused() {
    initiator.send("15 10 00 00 00 00").good();
    initiator.send(new byte[3], "15 10 00 00 03 00").sense(Sense.PARAMETER_LIST_LENGTH);
    initiator.send(new byte[4], "15 10 00 00 10 00").sense(Sense.PARAMETER_LIST_LENGTH);
    initiator.send(new byte[] {0, 0, 0, 8}, "15 10 00 00 04 00").sense(Sense.PARAMETER_LIST_LENGTH);
    initiator.send(new byte[4], "15 00 00 00 04 00").invalidField(1, 4);
    initiator.send(new byte[4], "15 11 00 00 04 00").invalidField(1, 0);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.core.block.MemoryBlockDevice.Operation;
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
    initiator.send("1A 08 0A 01 FF 00").invalidField(3, 7);
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
    assertThat(reset.modes().current().softwareWriteProtect()).isFalse();
    assertThat(reset.modes().current().descriptorSense()).isFalse();
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
    assertThat(unit.unit.modes().current().softwareWriteProtect()).isFalse();
  }

  @Test
  void listsAndFieldsOutOfShapeAreRefused() {
    initiator.send("15 10 00 00 00 00").good();
    initiator.send(new byte[3], "15 10 00 00 03 00").sense(Sense.PARAMETER_LIST_LENGTH);
    initiator.send(new byte[4], "15 10 00 00 10 00").sense(Sense.PARAMETER_LIST_LENGTH);
    initiator.send(new byte[] {0, 0, 0, 8}, "15 10 00 00 04 00").sense(Sense.PARAMETER_LIST_LENGTH);
    initiator.send(new byte[4], "15 00 00 00 04 00").invalidField(1, 4);
    initiator.send(new byte[4], "15 11 00 00 04 00").invalidField(1, 0);
    initiator
        .send(new byte[] {0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0}, "15 10 00 00 0B 00")
        .sense(Sense.INVALID_FIELD_IN_PARAMETERS);
  }

  @Test
  void blockDescriptorsMayRepeatWhatIsThere() {
    byte[] list = new byte[12];
    list[3] = 8;
    list[10] = 2;
    initiator.send(list, "15 10 00 00 0C 00").good();
    ByteBuffer.wrap(list).putInt(4, 2048);
    initiator.send(list, "15 10 00 00 0C 00").good();
    ByteBuffer.wrap(list).putInt(4, -1);
    initiator.send(list, "15 10 00 00 0C 00").good();

    ByteBuffer.wrap(list).putInt(4, 2047);
    initiator.send(list, "15 10 00 00 0C 00").sense(Sense.INVALID_FIELD_IN_PARAMETERS);
    ByteBuffer.wrap(list).putInt(4, 0).put(10, (byte) 16);
    initiator.send(list, "15 10 00 00 0C 00").sense(Sense.INVALID_FIELD_IN_PARAMETERS);

    byte[] longForm = new byte[24];
    longForm[4] = 1;
    longForm[7] = 16;
    ByteBuffer.wrap(longForm).putLong(8, 2048).putInt(20, 512);
    initiator.send(longForm, "55 10 00 00 00 00 00 0018 00").good();
    longForm[4] = 0;
    initiator
        .send(longForm, "55 10 00 00 00 00 00 0018 00")
        .sense(Sense.INVALID_FIELD_IN_PARAMETERS);
  }

  @Test
  void aRefusalPointsAtItsByte() {
    byte[] page = CONTROL.clone();
    page[3] = 0;

    assertThat(select6(page).outcome()).isEqualTo(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(7));
  }

  @Test
  void onlyAChangeIsToldToTheOthers() {
    Initiator other = unit.another("b");

    select6(control(false, false)).good();

    other.send("00 00 00 00 00 00").good();
  }

  @Test
  void withoutWriteCacheEveryWriteIsDurable() {
    byte[] caching = initiator.send("1A 08 08 00 FF 00").data();
    byte[] page = Arrays.copyOfRange(caching, 4, 24);
    page[2] = 0;
    select6(page).good();
    assertThat(unit.device.count(Operation.FLUSH)).as("what was cached").isEqualTo(1);

    initiator.send(new byte[512], "2A 00 00000000 00 0001 00").good();
    initiator.send(new byte[512], "41 00 00000000 00 0001 00").good();
    initiator.send(new byte[1024], "89 00 0000000000000000 000000 01 00 00").good();
    byte[] range = ByteBuffer.allocate(24).putShort(0, (short) 22).putShort(2, (short) 16).array();
    range[19] = 8;
    initiator.send(range, "42 00 00000000 00 0018 00").good();
    assertThat(unit.device.count(Operation.FLUSH)).as("what was unmapped").isEqualTo(2);
    page[2] = 4;
    select6(page).good();
    initiator.send(new byte[512], "2A 00 00000000 00 0001 00").good();

    assertThat(unit.device.calls())
        .filteredOn(
            call -> call.operation() == Operation.WRITE || call.operation() == Operation.ZERO)
        .extracting(MemoryBlockDevice.Call::durable)
        .containsExactly(true, true, true, false);
  }

  @Test
  void aReadOnlyMappingIsWriteProtectedForItsOwnAlone() {
    Initiator reader = new Initiator(unit.unit, "iqn.2026-01.example:r", true);

    assertThat(reader.send("1A 08 0A 00 FF 00").data()[2] & 0x80).isEqualTo(0x80);
    reader.send(new byte[512], "2A 00 00000000 00 0001 00").sense(Sense.WRITE_PROTECTED);
    assertThat(initiator.send("1A 08 0A 00 FF 00").data()[2] & 0x80).isZero();
  }
}

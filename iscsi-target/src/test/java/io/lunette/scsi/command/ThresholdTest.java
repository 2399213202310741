/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.ProvisioningSpace;
import io.lunette.scsi.device.UnitTraits;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The space behind a thin unit, in every place where an initiator finds it. */
class ThresholdTest {

  private static final long MIB = TestUnit.MIB;
  private static final String READY = "00 00 00 00 00 00";

  private static TestUnit unit(int block) {
    return new TestUnit(
        MemoryBlockDevice.inline(MIB, block),
        UnitTraits.DISK.withSpace(
            () -> Optional.of(new ProvisioningSpace(1000 * MIB, 700 * MIB + 1, 80, 95))));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void countsAreOfMebibytesWhateverTheBlock(int block) {
    TestUnit unit = unit(block);

    int exponent = unit.initiator.send("12 01 B2 00FF 00").data()[4];
    ByteBuffer log = unit.initiator.send("4D 00 4C 00 00 0000 0100 00").reply();
    ByteBuffer mode = unit.initiator.send("5A 08 1C 02 00 00 00 00FF 00").reply();

    assertThat((long) block << exponent).isEqualTo(MIB);
    assertThat(log.getShort(2)).isEqualTo((short) 24);
    assertThat(log.getShort(4)).isEqualTo((short) 1);
    assertThat(log.getInt(8)).as("available").isEqualTo(299);
    assertThat(log.get(12)).as("scope: not this unit's own").isEqualTo((byte) 2);
    assertThat(log.getShort(16)).isEqualTo((short) 2);
    assertThat(log.getInt(20)).as("used").isEqualTo(700);
    assertThat(mode.getInt(8)).isEqualTo(0x5C02_001C);
    assertThat(mode.getInt(24)).as("enabled, increasing, of used").isEqualTo(0x8102_0000);
    assertThat(mode.getInt(28)).isEqualTo(800);
    assertThat(mode.getInt(36)).isEqualTo(950);
  }

  @Test
  void aThresholdIsAUnitAttentionOfEveryNexus() {
    TestUnit unit = unit(512);
    Initiator other = unit.another("b");

    unit.unit.thresholdReached();

    unit.initiator.send(READY).sense(Sense.THIN_PROVISIONING_SOFT_THRESHOLD);
    unit.initiator.send(READY).good();
    byte[] sense = other.send("03 00 00 00 FF 00").data();
    assertThat(sense[2]).isEqualTo((byte) 6);
    assertThat(sense[12]).isEqualTo((byte) 0x38);
    assertThat(sense[13]).isEqualTo((byte) 0x07);
  }

  @Test
  void whoClearsLbpereHearsNothing() {
    TestUnit unit = unit(512);
    byte[] page = unit.initiator.send("1A 08 01 00 FF 00").data();
    assertThat(page[11] & 0x80).isEqualTo(0x80);
    page[11] = 0;
    page[0] = 0;
    page[2] = 0;
    unit.initiator.send(page, "15 10 00 00 10 00").good();

    unit.unit.thresholdReached();

    unit.initiator.send(READY).good();
  }

  @Test
  void thresholdsAreTheOperators() {
    TestUnit unit = unit(512);
    byte[] mode = unit.initiator.send("5A 08 1C 02 00 00 00 00FF 00").data();
    byte[] list = Arrays.copyOf(mode, mode.length);
    Arrays.fill(list, 0, 8, (byte) 0);
    unit.initiator.send(list, "55 10 00 00 00 00 00 %04X 00", list.length).good();
    list[31]++;

    unit.initiator
        .send(list, "55 10 00 00 00 00 00 %04X 00", list.length)
        .sense(Sense.INVALID_FIELD_IN_PARAMETERS);
    assertThat(unit.initiator.send("5A 08 5C 02 00 00 00 00FF 00").reply().getInt(24)).isZero();
  }

  @Test
  void aUnitOfUnknownSpaceHasNoneOfThis() {
    TestUnit unit = TestUnit.small();

    assertThat(unit.initiator.send("12 01 B2 00FF 00").data()[4]).isZero();
    unit.initiator.send("1A 08 1C 02 FF 00").invalidField(3, 7);
    assertThat(unit.initiator.send("1A 08 1C FF FF 00").data()).hasSize(16);
    assertThat(unit.initiator.send("1A 08 41 00 FF 00").data()[11]).isZero();
    unit.unit.thresholdReached();
    unit.initiator.send(READY).good();
  }
}

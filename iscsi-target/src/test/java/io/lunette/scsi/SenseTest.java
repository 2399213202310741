/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SenseTest {

  private static final Sense FULL =
      Sense.COPY_FAILED
          .forwarding(true, Sense.UNRECOVERED_READ)
          .atParameter(48)
          .withCommandSpecific(3)
          .withInformation(7);

  @Test
  void fixedFormatHasWhatIsForwardedBehindIt() {
    ByteBuffer sense = ByteBuffer.allocate(64);

    FULL.encodeFixed(sense);

    assertThat(sense.position()).isEqualTo(18 + 1 + 18);
    assertThat(sense.get(0) & 0xFF).as("VALID").isEqualTo(0xF0);
    assertThat(sense.getInt(3)).isEqualTo(7);
    assertThat(sense.get(7)).isEqualTo((byte) (sense.position() - 8));
    assertThat(sense.get(8)).as("of the source").isEqualTo((byte) 18);
    assertThat(sense.getShort(10)).isEqualTo((short) 3);
    assertThat(sense.get(15) & 0xFF).isEqualTo(0x80);
    assertThat(sense.getShort(16)).isEqualTo((short) 48);
    assertThat(sense.get(18)).as("CHECK CONDITION").isEqualTo((byte) 2);
    assertThat(sense.get(19 + 2)).as("MEDIUM ERROR").isEqualTo((byte) 3);
  }

  @Test
  void descriptorFormatHasADescriptorForEach() {
    ByteBuffer sense = ByteBuffer.allocate(64);

    FULL.encodeDescriptor(sense);

    assertThat(sense.get(7)).isEqualTo((byte) (sense.position() - 8));
    assertThat(sense.getLong(8 + 4)).isEqualTo(7);
    assertThat(sense.get(20)).isEqualTo((byte) 1);
    assertThat(sense.getLong(20 + 4)).isEqualTo(3);
    assertThat(sense.get(32)).isEqualTo((byte) 2);
    assertThat(sense.getShort(32 + 5)).isEqualTo((short) 48);
    assertThat(sense.get(40)).isEqualTo((byte) 0x0C);
    assertThat(sense.get(41)).isEqualTo((byte) 10);
    assertThat(sense.get(42)).as("by the source").isEqualTo((byte) 1);
    assertThat(sense.get(43)).isEqualTo((byte) 2);
    assertThat(sense.get(44)).isEqualTo((byte) 0x72);
  }

  @Test
  void pointersSayWhatTheyPointInto() {
    ByteBuffer sense = ByteBuffer.allocate(18);

    Sense.INVALID_FIELD_IN_PARAMETERS.atParameterBit(1, 4).encodeFixed(sense);
    assertThat(sense.get(15) & 0xFF).isEqualTo(0x8C);
    Sense.COPY_OUT_OF_RANGE.atSegmentByte(20).encodeFixed(sense.rewind());
    assertThat(sense.get(15) & 0xFF).as("segment descriptor").isEqualTo(0xA0);
    assertThat(sense.getShort(16)).isEqualTo((short) 20);
    Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 7).encodeFixed(sense.rewind());
    assertThat(sense.get(15) & 0xFF).isEqualTo(0xCF);
  }
}

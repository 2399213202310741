/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.TestUnit.MIB;
import static io.lunette.scsi.command.TestUnit.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockException.Kind;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Sense;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyTest {

  private static final String TEN = "2F %1$02X %2$08X 00 %3$04X 00";
  private static final String TWELVE = "AF %1$02X %2$08X %3$08X 00 00";
  private static final String SIXTEEN = "8F %1$02X %2$016X %3$08X 00 00";

  private final TestUnit unit = TestUnit.of(8 * MIB, 512);
  private final Initiator initiator = unit.initiator;

  @ParameterizedTest
  @ValueSource(strings = {TEN, TWELVE, SIXTEEN})
  void withoutByteCheckTheMediumIsRead(String form) {
    initiator.send(form, 0x00, 0, 5000).good();
    assertThat(unit.device.count(Operation.READ)).isEqualTo(3);

    unit.device.failAfter(2, Operation.READ, Kind.MEDIUM_READ);
    initiator.send(form, 0x00, 0, 5000).sense(Sense.UNRECOVERED_READ);
    initiator.send(form, 0x00, 0, 0).good();
  }

  @ParameterizedTest
  @ValueSource(strings = {TEN, TWELVE, SIXTEEN})
  void theDataSentIsCompared(String form) {
    byte[] data = pattern(300 * 512, 1);
    unit.device.fill(10 * 512, data);

    initiator.send(data, form, 0x02, 10, 300).good();

    data[299 * 512 + 7] ^= 1;
    assertThat(initiator.send(data, form, 0x02, 10, 300).sense(Sense.VERIFY_MISCOMPARE))
        .isEqualTo(Sense.VERIFY_MISCOMPARE.withInformation(299 * 512 + 7));
  }

  @ParameterizedTest
  @ValueSource(strings = {TEN, TWELVE, SIXTEEN})
  void oneBlockSentIsComparedWithEach(String form) {
    byte[] block = pattern(512, 2);
    for (int lba = 0; lba < 5000; lba++) {
      unit.device.fill(lba * 512L, block);
    }

    initiator.send(block, form, 0x06, 0, 5000).good();

    unit.device.fill(4000 * 512 + 33, new byte[] {(byte) ~block[33]});
    assertThat(initiator.send(block, form, 0x06, 0, 5000).outcome())
        .isEqualTo(Sense.VERIFY_MISCOMPARE.withInformation(4000 * 512 + 33));
  }

  @Test
  void dataThatDoNotArriveAreNotTakenForEqual() {
    initiator.send(TEN, 0x06, 0, 1).sense(Sense.INVALID_FIELD_IN_CDB);
    initiator.send(TEN, 0x02, 0, 1).sense(Sense.INVALID_FIELD_IN_CDB);
    initiator.send(new byte[512], TEN, 0x02, 0, 2).sense(Sense.INVALID_FIELD_IN_CDB);
    assertThat(unit.device.calls()).isEmpty();
  }

  @Test
  void badFieldsAreRefused() {
    initiator.send(new byte[512], TEN, 0x04, 0, 1).invalidField(1, 2);
    initiator.send(new byte[512], TEN, 0x22, 0, 1).invalidField(1, 7);
    initiator.send(new byte[512], TEN, 0x01, 0, 1).invalidField(1, 0);
    initiator.send(TEN, 0x00, 16383, 2).sense(Sense.LBA_OUT_OF_RANGE);
    initiator.send(SIXTEEN, 0x00, -1L, 1).sense(Sense.LBA_OUT_OF_RANGE);
    initiator.send(TEN, 0x00, 16384, 0).good();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.device.CommandDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** CDB usage over the whole command table (SPC-4 §4.2.1, §6.35.3). */
class CommandUsageTest {

  private static final int NACA = 0x04;

  static List<Arguments> table() {
    return CommandSet.blockDevice().all().stream()
        .map(row -> Arguments.of(row.name(), row))
        .toList();
  }

  private static byte[] plainest(CommandDescriptor row) {
    byte[] cdb = new byte[row.cdbBytes()];
    cdb[0] = (byte) row.opcode();
    if (row.serviceAction() != CommandDescriptor.NO_SERVICE_ACTION) {
      cdb[1] = (byte) row.serviceAction();
    }
    return cdb;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void eachBitThatIsNotUsedIsRefusedByItsPlace(String name, CommandDescriptor row) {
    TestUnit unit = new TestUnit(TestUnit.keyed(Runnable::run));
    List<String> tried = new ArrayList<>();
    for (int index = 1; index < row.cdbBytes(); index++) {
      for (int bit = 0; bit < 8; bit++) {
        if ((row.usage()[index] & 1 << bit) == 0) {
          byte[] cdb = plainest(row);
          cdb[index] |= (byte) (1 << bit);
          unit.initiator.send(cdb, Initiator.NOTHING).invalidField(index, bit);
          tried.add(index + "." + bit);
        }
      }
    }
    assertThat(tried)
        .as("NACA of the control byte is among them")
        .contains((row.cdbBytes() - 1) + "." + Integer.numberOfTrailingZeros(NACA));
    assertThat(unit.device.calls()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void theMaskHasTheOpcodeAndTheLengthOfItsGroup(String name, CommandDescriptor row) {
    byte[] usage = row.usage();

    assertThat(usage[0] & 0xFF).isEqualTo(row.opcode());
    assertThat(row.cdbBytes())
        .isEqualTo(
            switch (row.opcode() >> 5) {
              case 0 -> 6;
              case 1, 2 -> 10;
              case 4 -> 16;
              default -> 12;
            });
    if (row.serviceAction() != CommandDescriptor.NO_SERVICE_ACTION) {
      assertThat(usage[1] & 0x1F).as("the service action is used").isEqualTo(0x1F);
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Fuzz target: every CDB with any data has an outcome that is no defect of ours, and leaves a unit
 * that serves the next one.
 */
public final class CdbFuzz {

  private static final int CDB_BYTES = 16;

  private CdbFuzz() {}

  /**
   * Commands one after the other: by whom (the last bit) and to which LUN (the one before it), the
   * CDB, the length of the data in two bytes, the data.
   */
  public static void fuzzerTestOneInput(byte[] input) {
    TestUnit unit = TestUnit.small();
    Initiator[] initiators = {unit.initiator, unit.another("b")};
    ByteBuffer left = ByteBuffer.wrap(input);
    while (left.remaining() > CDB_BYTES) {
      int who = left.get();
      byte[] cdb = new byte[CDB_BYTES];
      left.get(cdb);
      int length = left.remaining() < 2 ? 0 : left.getShort() & 0xFFFF;
      byte[] data = new byte[Math.min(length, left.remaining())];
      left.get(data);
      Initiator initiator = initiators[who & 1];
      TestTask task = (who & 2) == 0 ? initiator.send(cdb, data) : initiator.sendAstray(hex(cdb));
      check(task, cdb);
    }
    check(unit.initiator.send("00 00 00 00 00 00"), new byte[CDB_BYTES]);
  }

  private static String hex(byte[] cdb) {
    return java.util.HexFormat.of().formatHex(cdb);
  }

  static void check(TestTask task, byte[] cdb) {
    Outcome outcome = task.outcome();
    assertThat(outcome).as("outcome of %s", Arrays.toString(cdb)).isNotNull();
    assertThat(outcome.toString())
        .as("outcome of %s", Arrays.toString(cdb))
        .isNotEqualTo(Sense.INTERNAL_TARGET_FAILURE.toString());
  }
}

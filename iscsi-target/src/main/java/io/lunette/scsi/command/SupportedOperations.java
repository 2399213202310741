/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Cdb;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.CommandTable;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * REPORT SUPPORTED OPERATION CODES and REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS (SPC-4 §6.35,
 * §6.36), told from the rows of the table itself.
 */
final class SupportedOperations {

  private static final int RCTD = 0x80;
  private static final int SERVACTV = 0x01;
  private static final int CTDP = 0x02;
  private static final int TIMEOUTS_BYTES = 12;
  private static final int SUPPORTED = 3;
  private static final int NOT_SUPPORTED = 1;

  /** ABORT TASK, ABORT TASK SET, CLEAR TASK SET, LOGICAL UNIT RESET, and TARGET RESET. */
  private static final int TASK_MANAGEMENT = 0xDA;

  private final List<CommandDescriptor> own =
      List.of(
          CommandDescriptor.of(
                  0xA3,
                  0x0C,
                  "REPORT SUPPORTED OPERATION CODES",
                  "A3 1F 87 FF FF FF FF FF FF FF 00 00")
              .whileSanitizing()
              .by(this::report),
          CommandDescriptor.of(
                  0xA3,
                  0x0D,
                  "REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS",
                  "A3 1F 80 00 00 00 FF FF FF FF 00 00")
              .whileSanitizing()
              .by(this::reportTaskManagement));

  private final CommandTable table;

  SupportedOperations(List<CommandDescriptor> others) {
    List<CommandDescriptor> rows = new ArrayList<>(others);
    rows.addAll(own);
    table = new CommandTable(rows);
  }

  List<CommandDescriptor> rows() {
    return own;
  }

  private Outcome report(ScsiTask task) {
    Cdb cdb = task.cdb();
    boolean timeouts = cdb.bit(2, RCTD);
    int opcode = cdb.u8(3);
    int serviceAction = cdb.u16(4);
    long allocation = cdb.u32(6);
    switch (cdb.u8(2) & 7) {
      case 0:
        return task.reply(all(task, timeouts), allocation);
      case 1:
        return table.hasServiceActions(opcode)
            ? Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 2)
            : task.reply(one(task, table.find(opcode), timeouts), allocation);
      case 2:
        return table.hasServiceActions(opcode)
            ? task.reply(one(task, table.find(opcode, serviceAction), timeouts), allocation)
            : Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 2);
      case 3:
        CommandDescriptor row =
            table.hasServiceActions(opcode)
                ? table.find(opcode, serviceAction)
                : serviceAction == 0 ? table.find(opcode) : null;
        return task.reply(one(task, row, timeouts), allocation);
      default:
        return Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 2);
    }
  }

  private ByteBuffer all(ScsiTask task, boolean timeouts) {
    List<CommandDescriptor> rows =
        table.all().stream().filter(row -> row.isOfferedBy(task.unit())).toList();
    int each = 8 + (timeouts ? TIMEOUTS_BYTES : 0);
    ByteBuffer data = ByteBuffer.allocate(4 + each * rows.size());
    data.putInt(data.capacity() - 4);
    for (CommandDescriptor row : rows) {
      boolean hasAction = row.serviceAction() != CommandDescriptor.NO_SERVICE_ACTION;
      data.put((byte) row.opcode())
          .put((byte) 0)
          .putShort((short) (hasAction ? row.serviceAction() : 0))
          .put((byte) 0)
          .put((byte) ((hasAction ? SERVACTV : 0) | (timeouts ? CTDP : 0)))
          .putShort((short) row.cdbBytes());
      if (timeouts) {
        putTimeouts(data, row);
      }
    }
    return data.flip();
  }

  private static ByteBuffer one(ScsiTask task, CommandDescriptor row, boolean timeouts) {
    if (row == null || !row.isOfferedBy(task.unit())) {
      return ByteBuffer.allocate(4).put(1, (byte) NOT_SUPPORTED);
    }
    byte[] usage = row.usage();
    if (row.serviceAction() != CommandDescriptor.NO_SERVICE_ACTION) {
      usage[1] = (byte) (usage[1] & ~0x1F | row.serviceAction());
    }
    ByteBuffer data = ByteBuffer.allocate(4 + usage.length + (timeouts ? TIMEOUTS_BYTES : 0));
    data.put((byte) 0)
        .put((byte) (SUPPORTED | (timeouts ? RCTD : 0)))
        .putShort((short) usage.length)
        .put(usage);
    if (timeouts) {
      putTimeouts(data, row);
    }
    return data.flip();
  }

  /** Command time-outs descriptor (SPC-4 §6.35.4); no nominal time is indicated. */
  private static void putTimeouts(ByteBuffer data, CommandDescriptor row) {
    data.putShort((short) (TIMEOUTS_BYTES - 2))
        .putShort((short) 0)
        .putInt(0)
        .putInt(row.recommendedTimeoutSeconds());
  }

  /** With REPD the extended data, which indicate no time-outs. */
  private Outcome reportTaskManagement(ScsiTask task) {
    if (task.cdb().u32(6) < 4) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(6, 7);
    }
    boolean longForm = task.cdb().bit(2, 0x80);
    ByteBuffer data = ByteBuffer.allocate(longForm ? 16 : 4);
    data.put(0, (byte) TASK_MANAGEMENT);
    if (longForm) {
      data.put(3, (byte) 12);
    }
    return task.reply(data, task.cdb().u32(6));
  }
}

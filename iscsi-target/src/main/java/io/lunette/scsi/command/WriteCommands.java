/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.Durability;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.CommandHandler;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;

/** WRITE (6, 10, 12, 16) and WRITE AND VERIFY (10, 12, 16). */
final class WriteCommands {

  private static final int FUA = 0x08;
  private static final int BYTCHK = 0x06;

  private WriteCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        row(0x0A, "WRITE(6)", "0A 1F FF FF FF 00", WriteCommands::write),
        row(0x2A, "WRITE(10)", "2A FA FF FF FF FF 1F FF FF 00", WriteCommands::write),
        row(0xAA, "WRITE(12)", "AA FA FF FF FF FF FF FF FF FF 1F 00", WriteCommands::write),
        row(
            0x8A,
            "WRITE(16)",
            "8A FA FF FF FF FF FF FF FF FF FF FF FF FF 1F 00",
            WriteCommands::write),
        row(
            0x2E,
            "WRITE AND VERIFY(10)",
            "2E F6 FF FF FF FF 1F FF FF 00",
            WriteCommands::writeAndVerify),
        row(
            0xAE,
            "WRITE AND VERIFY(12)",
            "AE F6 FF FF FF FF FF FF FF FF 1F 00",
            WriteCommands::writeAndVerify),
        row(
            0x8E,
            "WRITE AND VERIFY(16)",
            "8E F6 FF FF FF FF FF FF FF FF FF FF FF FF 1F 00",
            WriteCommands::writeAndVerify));
  }

  private static CommandDescriptor row(
      int opcode, String name, String usage, CommandHandler handler) {
    return CommandDescriptor.of(opcode, name, usage)
        .access(Access.WRITE)
        .dataOut(BlockChecks::dataOutBytes)
        .by(handler);
  }

  private static Outcome write(ScsiTask task) {
    Outcome refusal = BlockChecks.mediumTransfer(task);
    if (refusal != null) {
      return refusal;
    }
    ByteBuffer data = wholeBlocks(task);
    if (!data.hasRemaining()) {
      return Outcome.GOOD;
    }
    boolean fua = task.cdb().opcode() != 0x0A && task.cdb().bit(1, FUA);
    task.countWrite(data.remaining());
    task.device().write(task.offsetBytes(), data, task.unit().durability(fua), task);
    return Outcome.LATER;
  }

  /**
   * What is written is made durable, then read back and compared where BYTCHK asks for it, or read
   * back to show that it can be (SBC-3 §5.45).
   */
  private static Outcome writeAndVerify(ScsiTask task) {
    Outcome refusal = BlockChecks.mediumTransfer(task);
    if (refusal == null && (task.cdb().u8(1) & BYTCHK) == BYTCHK) {
      refusal = Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 2);
    }
    if (refusal != null) {
      return refusal;
    }
    ByteBuffer data = wholeBlocks(task);
    if (!data.hasRemaining()) {
      return Outcome.GOOD;
    }
    task.countWrite(data.remaining());
    ByteBuffer back = task.scratch(data.remaining());
    task.device()
        .write(
            task.offsetBytes(),
            data,
            Durability.DURABLE,
            task.then(() -> VerifyCommands.compare(task, data, back)));
    return Outcome.LATER;
  }

  /**
   * The blocks that arrived, from position to limit. An initiator that announces less than the
   * command transfers gets the whole blocks of what it sent written, and a residual overflow.
   */
  static ByteBuffer wholeBlocks(ScsiTask task) {
    ByteBuffer data = task.dataOut();
    int block = task.unit().blockBytes();
    int usable = (int) Math.min(data.remaining(), task.lengthBytes());
    return data.limit(data.position() + usable / block * block);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.Durability;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * COMPARE AND WRITE (SBC-3 §5.2), ORWRITE(16) (§5.6) and WRITE ATOMIC(16) (SBC-4 §5.48): commands
 * that no other write of the unit may interleave with.
 */
final class AtomicCommands {

  private static final int FUA = 0x08;

  private AtomicCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(
                0x89, "COMPARE AND WRITE", "89 F8 FF FF FF FF FF FF FF FF 00 00 00 FF 1F 00")
            .access(Access.ATOMIC_WRITE)
            .dataOut(task -> 2L * task.cdb().u8(13) * task.unit().blockBytes())
            .by(AtomicCommands::compareAndWrite),
        CommandDescriptor.of(0x8B, "ORWRITE(16)", "8B F8 FF FF FF FF FF FF FF FF FF FF FF FF 1F 00")
            .access(Access.ATOMIC_WRITE)
            .dataOut(BlockChecks::dataOutBytes)
            .by(AtomicCommands::orWrite),
        CommandDescriptor.of(
                0x9C, "WRITE ATOMIC(16)", "9C F8 FF FF FF FF FF FF FF FF FF FF FF FF 1F 00")
            .access(Access.ATOMIC_WRITE)
            .dataOut(AtomicCommands::atomicBytes)
            .by(AtomicCommands::writeAtomic));
  }

  private static Durability durability(ScsiTask task) {
    return task.unit().durability(task.cdb().bit(1, FUA));
  }

  private static Outcome compareAndWrite(ScsiTask task) {
    int blocks = task.cdb().u8(13);
    Outcome refusal = BlockChecks.noProtection(task);
    if (refusal != null) {
      return refusal;
    }
    if (!task.unit().contains(task.lba(), blocks)) {
      return Sense.LBA_OUT_OF_RANGE;
    }
    int bytes = blocks * task.unit().blockBytes();
    if (blocks > task.unit().limits().compareAndWrite() || task.expectedDataOut() != 2L * bytes) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(13, 7);
    }
    if (blocks == 0) {
      return Outcome.GOOD;
    }
    ByteBuffer data = task.dataOut().slice();
    ByteBuffer expected = data.slice(0, bytes);
    ByteBuffer replacement = data.slice(bytes, bytes);
    ByteBuffer actual = task.scratch(bytes);
    task.countWrite(bytes);
    task.device()
        .read(
            task.offsetBytes(),
            actual,
            task.then(
                () -> {
                  Outcome difference = VerifyCommands.difference(expected, actual, 0);
                  if (difference != Outcome.GOOD) {
                    return difference;
                  }
                  task.device().write(task.offsetBytes(), replacement, durability(task), task);
                  return Outcome.LATER;
                }));
    return Outcome.LATER;
  }

  private static Outcome orWrite(ScsiTask task) {
    Outcome refusal = BlockChecks.mediumTransfer(task);
    if (refusal != null) {
      return refusal;
    }
    ByteBuffer data = WriteCommands.wholeBlocks(task).slice();
    if (!data.hasRemaining()) {
      return Outcome.GOOD;
    }
    ByteBuffer medium = task.scratch(data.remaining());
    task.countWrite(data.remaining());
    task.device()
        .read(
            task.offsetBytes(),
            medium,
            task.then(
                () -> {
                  for (int at = 0; at < medium.limit(); at += Long.BYTES) {
                    medium.putLong(at, medium.getLong(at) | data.getLong(at));
                  }
                  task.device().write(task.offsetBytes(), medium, durability(task), task);
                  return Outcome.LATER;
                }));
    return Outcome.LATER;
  }

  private static long atomicBytes(ScsiTask task) {
    return checkAtomic(task) == null ? task.cdb().u16(12) * (long) task.unit().blockBytes() : 0;
  }

  private static Outcome checkAtomic(ScsiTask task) {
    int blocks = task.cdb().u16(12);
    if (BlockChecks.noProtection(task) != null) {
      return BlockChecks.noProtection(task);
    }
    if (!task.unit().contains(task.lba(), blocks)) {
      return Sense.LBA_OUT_OF_RANGE;
    }
    return blocks > task.unit().limits().atomic() || task.cdb().u16(10) != 0
        ? Sense.INVALID_FIELD_IN_CDB
        : null;
  }

  private static Outcome writeAtomic(ScsiTask task) {
    Outcome refusal = checkAtomic(task);
    if (refusal != null) {
      return refusal;
    }
    ByteBuffer data = WriteCommands.wholeBlocks(task);
    if (!data.hasRemaining()) {
      return Outcome.GOOD;
    }
    task.countWrite(data.remaining());
    if (data.remaining() > task.unit().blockBytes()) {
      task.device().writeAtomic(task.offsetBytes(), data, durability(task), task);
    } else {
      task.device().write(task.offsetBytes(), data, durability(task), task);
    }
    return Outcome.LATER;
  }
}

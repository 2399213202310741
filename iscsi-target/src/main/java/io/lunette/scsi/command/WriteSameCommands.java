/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * WRITE SAME (10, 16) with UNMAP, ANCHOR and, in the long form, NDOB (SBC-3 §5.41). A block of
 * zeroes becomes a zeroing of the range; any other is written out in pieces.
 */
final class WriteSameCommands {

  private static final int ANCHOR = 0x10;
  private static final int UNMAP = 0x08;
  private static final int NDOB = 0x01;
  private static final int CHUNK_BYTES = 1 << 20;

  private WriteSameCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x41, "WRITE SAME(10)", "41 F8 FF FF FF FF 1F FF FF 00")
            .access(Access.WRITE)
            .dataOut(WriteSameCommands::dataOutBytes)
            .recommendedTimeout(120)
            .by(WriteSameCommands::writeSame),
        CommandDescriptor.of(
                0x93, "WRITE SAME(16)", "93 F9 FF FF FF FF FF FF FF FF FF FF FF FF 1F 00")
            .access(Access.WRITE)
            .dataOut(WriteSameCommands::dataOutBytes)
            .recommendedTimeout(120)
            .by(WriteSameCommands::writeSame));
  }

  private static long dataOutBytes(ScsiTask task) {
    return hasNoData(task) ? 0 : task.unit().blockBytes();
  }

  private static boolean hasNoData(ScsiTask task) {
    return task.cdb().opcode() == 0x93 && task.cdb().bit(1, NDOB);
  }

  private static Outcome writeSame(ScsiTask task) {
    Outcome refusal = check(task);
    if (refusal != null || task.blocks() == 0) {
      return refusal != null ? refusal : Outcome.GOOD;
    }
    if (task.expectedDataOut() != dataOutBytes(task)) {
      return Sense.INVALID_FIELD_IN_CDB;
    }
    ByteBuffer pattern = hasNoData(task) ? null : task.dataOut().slice();
    task.countWrite(task.lengthBytes());
    if (pattern == null || isZero(pattern)) {
      Provisioning provisioning =
          task.cdb().bit(1, UNMAP) ? Provisioning.MAY_RELEASE : Provisioning.KEEP;
      task.device()
          .writeZeroes(
              task.offsetBytes(), task.lengthBytes(), provisioning, Durability.VISIBLE, task);
      return Outcome.LATER;
    }
    return new Fill(task, repeated(task, pattern)).run();
  }

  /** WSNZ is set: no blocks is not "to the end" but an error (SBC-3 §6.5.3). */
  private static Outcome check(ScsiTask task) {
    Outcome refusal = BlockChecks.noProtection(task);
    if (refusal != null) {
      return refusal;
    }
    if (task.cdb().bit(1, ANCHOR)) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 4);
    }
    if (task.cdb().bit(1, UNMAP) && !task.unit().features().thin()) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 3);
    }
    if (task.blocks() == 0 || task.blocks() > task.unit().limits().writeSame()) {
      return Sense.INVALID_FIELD_IN_CDB;
    }
    return BlockChecks.range(task);
  }

  private static boolean isZero(ByteBuffer block) {
    int at = block.position();
    for (; at + Long.BYTES <= block.limit(); at += Long.BYTES) {
      if (block.getLong(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private static ByteBuffer repeated(ScsiTask task, ByteBuffer pattern) {
    ByteBuffer chunk = task.scratch((int) Math.min(task.lengthBytes(), CHUNK_BYTES));
    while (chunk.hasRemaining()) {
      chunk.put(pattern.duplicate());
    }
    return chunk.flip();
  }

  /** Writes the range, a piece at a time. */
  private static final class Fill extends TaskSequence {
    private final ByteBuffer chunk;
    private long done;

    Fill(ScsiTask task, ByteBuffer chunk) {
      super(task);
      this.chunk = chunk;
    }

    @Override
    boolean next() {
      long left = task.lengthBytes() - done;
      if (left == 0) {
        return end(Outcome.GOOD);
      }
      ByteBuffer piece = chunk.slice(0, (int) Math.min(left, chunk.limit()));
      long offset = task.offsetBytes() + done;
      done += piece.limit();
      task.device().write(offset, piece, Durability.VISIBLE, this);
      return true;
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * VERIFY (10, 12, 16). BYTCHK 00b reads the medium, 01b compares it with the data sent, 11b with
 * one block sent (SBC-3 §5.33).
 */
final class VerifyCommands {

  private static final int CHUNK_BYTES = 1 << 20;
  private static final int MEDIUM_ONLY = 0;
  private static final int RESERVED = 2;
  private static final int ONE_BLOCK = 3;

  private VerifyCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        row(0x2F, "VERIFY(10)", "2F F6 FF FF FF FF 1F FF FF 00"),
        row(0xAF, "VERIFY(12)", "AF F6 FF FF FF FF FF FF FF FF 1F 00"),
        row(0x8F, "VERIFY(16)", "8F F6 FF FF FF FF FF FF FF FF FF FF FF FF 1F 00"));
  }

  private static CommandDescriptor row(int opcode, String name, String usage) {
    return CommandDescriptor.of(opcode, name, usage)
        .access(Access.READ)
        .dataOut(VerifyCommands::dataOutBytes)
        .by(VerifyCommands::verify);
  }

  private static int byteCheck(ScsiTask task) {
    return task.cdb().u8(1) >> 1 & 3;
  }

  private static long dataOutBytes(ScsiTask task) {
    return switch (byteCheck(task)) {
      case 1 -> BlockChecks.dataOutBytes(task);
      case ONE_BLOCK -> task.blocks() == 0 ? 0 : task.unit().blockBytes();
      default -> 0;
    };
  }

  private static Outcome verify(ScsiTask task) {
    int byteCheck = byteCheck(task);
    Outcome refusal = BlockChecks.noProtection(task);
    if (refusal == null) {
      refusal = byteCheck == 1 ? BlockChecks.transfer(task) : BlockChecks.range(task);
    }
    if (refusal == null && byteCheck == RESERVED) {
      refusal = Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 2);
    }
    if (refusal != null || task.blocks() == 0) {
      return refusal != null ? refusal : Outcome.GOOD;
    }
    ByteBuffer sent = byteCheck == MEDIUM_ONLY ? null : task.dataOut().slice();
    if (sent != null) {
      int wanted = Math.toIntExact(dataOutBytes(task));
      if (sent.remaining() < wanted) {
        return Sense.INVALID_FIELD_IN_CDB;
      }
      sent.limit(wanted);
    }
    if (byteCheck == 1) {
      return compare(task, sent, task.scratch(sent.remaining()));
    }
    int chunk = (int) Math.min(task.lengthBytes(), CHUNK_BYTES);
    return new Scan(task, task.scratch(chunk), sent).run();
  }

  /** Reads what {@code expected} should be on the medium, and compares. */
  static Outcome compare(ScsiTask task, ByteBuffer expected, ByteBuffer actual) {
    task.device()
        .read(task.offsetBytes(), actual, task.then(() -> difference(expected, actual, 0)));
    return Outcome.LATER;
  }

  /** Reads the range piece by piece, comparing each block with the pattern if there is one. */
  private static final class Scan extends TaskSequence {
    private final ByteBuffer buffer;
    private final ByteBuffer pattern;
    private long read;
    private long compared;

    Scan(ScsiTask task, ByteBuffer buffer, ByteBuffer pattern) {
      super(task);
      this.buffer = buffer;
      this.pattern = pattern;
    }

    @Override
    boolean next() {
      Outcome unequal = pattern == null ? Outcome.GOOD : repeats();
      if (unequal != Outcome.GOOD || read == task.lengthBytes()) {
        return end(unequal);
      }
      int bytes = (int) Math.min(task.lengthBytes() - read, buffer.capacity());
      long offset = task.offsetBytes() + read;
      read += bytes;
      task.device().read(offset, buffer.slice(0, bytes), this);
      return true;
    }

    private Outcome repeats() {
      int block = pattern.remaining();
      for (int at = 0; compared < read; at += block) {
        Outcome outcome = difference(pattern, buffer.slice(at, block), compared);
        if (outcome != Outcome.GOOD) {
          return outcome;
        }
        compared += block;
      }
      return Outcome.GOOD;
    }
  }

  /** GOOD, or MISCOMPARE with the offset of the first byte that differs. */
  static Outcome difference(ByteBuffer expected, ByteBuffer actual, long base) {
    int at = expected.mismatch(actual);
    return at < 0 ? Outcome.GOOD : Sense.VERIFY_MISCOMPARE.withInformation(base + at);
  }
}

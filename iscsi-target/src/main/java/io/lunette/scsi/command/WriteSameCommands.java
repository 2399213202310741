/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.Provisioning;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * WRITE SAME (10, 16) with UNMAP and, in the long form, NDOB (SBC-3 §5.41); ANCHOR is refused, for
 * nothing is anchored (ANC_SUP). A block of zeroes becomes a zeroing of the range, any other is
 * written out, unless UNMAP asks to unmap, which is done whatever the block: SBC-3 would have a
 * block written that is not what an unmapped one reads as, but LIO and tgt do it so, and libiscsi's
 * tests want it. No blocks means all to the end of the medium, so the range may be a whole unit: it
 * is gone through in pieces, between which an abort is obeyed and waiting writes go first.
 */
final class WriteSameCommands {

  private static final int ANCHOR = 0x10;
  private static final int UNMAP = 0x08;
  private static final int NDOB = 0x01;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final long ZEROED_BYTES = 64L << 20;

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

  /** How many blocks: to the end of the medium if the CDB has none. */
  private static long blocks(ScsiTask task) {
    return task.blocks() != 0 ? task.blocks() : task.unit().blocks() - task.lba();
  }

  private static Outcome writeSame(ScsiTask task) {
    Outcome refusal = check(task);
    if (refusal != null) {
      return refusal;
    }
    if (task.expectedDataOut() != dataOutBytes(task)) {
      return Sense.INVALID_FIELD_IN_CDB;
    }
    long bytes = blocks(task) * task.unit().blockBytes();
    ByteBuffer pattern = hasNoData(task) ? null : task.dataOut().slice();
    task.countWrite(bytes);
    boolean unmap = task.cdb().bit(1, UNMAP);
    return unmap || pattern == null || isZero(pattern)
        ? new Zeroing(task, bytes).run()
        : new Fill(task, bytes, repeated(task, bytes, pattern)).run();
  }

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
    return task.unit().contains(task.lba(), Math.max(1, task.blocks()))
        ? null
        : Sense.LBA_OUT_OF_RANGE;
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

  private static ByteBuffer repeated(ScsiTask task, long bytes, ByteBuffer pattern) {
    ByteBuffer chunk = task.scratch((int) Math.min(bytes, CHUNK_BYTES));
    while (chunk.hasRemaining()) {
      chunk.put(pattern.duplicate());
    }
    return chunk.flip();
  }

  /** Goes through the range, a piece at a time. */
  private abstract static class Pieces extends TaskSequence {
    private final long bytes;
    private final long pieceBytes;
    private long done;
    private boolean hadItsTurn;

    Pieces(ScsiTask task, long bytes, long pieceBytes) {
      super(task);
      this.bytes = bytes;
      this.pieceBytes = pieceBytes;
    }

    /** Starts one piece, with this as its completion. */
    abstract void piece(long offsetBytes, long lengthBytes);

    @Override
    final boolean next() {
      if (done == bytes) {
        return end(Outcome.GOOD);
      }
      if (hadItsTurn && task.holdsUpOthers()) {
        hadItsTurn = false;
        task.letOthersWrite(this);
        return true;
      }
      hadItsTurn = true;
      long length = Math.min(bytes - done, pieceBytes);
      long offset = task.offsetBytes() + done;
      done += length;
      piece(offset, length);
      return true;
    }
  }

  /** Makes the range zero. */
  private static final class Zeroing extends Pieces {
    private final Provisioning provisioning;

    Zeroing(ScsiTask task, long bytes) {
      super(task, bytes, ZEROED_BYTES);
      provisioning = task.cdb().bit(1, UNMAP) ? Provisioning.MAY_RELEASE : Provisioning.KEEP;
    }

    @Override
    void piece(long offsetBytes, long lengthBytes) {
      task.device()
          .writeZeroes(offsetBytes, lengthBytes, provisioning, task.unit().durability(false), this);
    }
  }

  /** Writes the block over and over. */
  private static final class Fill extends Pieces {
    private final ByteBuffer chunk;

    Fill(ScsiTask task, long bytes, ByteBuffer chunk) {
      super(task, bytes, chunk.limit());
      this.chunk = chunk;
    }

    @Override
    void piece(long offsetBytes, long lengthBytes) {
      task.device()
          .write(
              offsetBytes, chunk.slice(0, (int) lengthBytes), task.unit().durability(false), this);
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.Durability;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * UNMAP (SBC-3 §5.28). All ranges are checked before the first is given back, so that a bad list
 * changes nothing.
 */
final class UnmapCommand {

  private static final int HEADER = 8;
  private static final int DESCRIPTOR = 16;

  private UnmapCommand() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x42, "UNMAP", "42 00 00 00 00 00 1F FF FF 00")
            .access(Access.WRITE)
            .dataOut(task -> task.cdb().u16(7))
            .recommendedTimeout(120)
            .by(UnmapCommand::unmap));
  }

  private static Outcome unmap(ScsiTask task) {
    if (!task.unit().features().thin()) {
      return Sense.INVALID_OPCODE;
    }
    int listBytes = task.cdb().u16(7);
    if (listBytes == 0) {
      return Outcome.GOOD;
    }
    ByteBuffer list = task.dataOut().slice();
    if (listBytes < HEADER || list.remaining() < HEADER) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    int descriptorBytes = list.getShort(2) & 0xFFFF;
    int count = Math.min(descriptorBytes, list.remaining() - HEADER) / DESCRIPTOR;
    Outcome refusal = check(task.unit(), list, count);
    return refusal != null ? refusal : new Discards(task, list, count).run();
  }

  private static Outcome check(LogicalUnit unit, ByteBuffer list, int count) {
    if (count > unit.limits().unmapDescriptors()) {
      return Sense.INVALID_FIELD_IN_PARAMETERS;
    }
    long sum = 0;
    for (int i = 0; i < count; i++) {
      long lba = list.getLong(HEADER + i * DESCRIPTOR);
      long blocks = list.getInt(HEADER + i * DESCRIPTOR + 8) & 0xFFFF_FFFFL;
      if (!unit.contains(lba, blocks)) {
        return Sense.LBA_OUT_OF_RANGE;
      }
      sum += blocks;
    }
    return sum > unit.limits().unmap() ? Sense.INVALID_FIELD_IN_PARAMETERS : null;
  }

  /** Gives the ranges back, in the order of the list; durably, if all that is written is. */
  private static final class Discards extends TaskSequence {
    private final ByteBuffer list;
    private final int count;
    private int index;
    private boolean flushed;

    Discards(ScsiTask task, ByteBuffer list, int count) {
      super(task);
      this.list = list;
      this.count = count;
    }

    @Override
    boolean next() {
      if (index == count) {
        if (flushed || task.unit().durability(false) != Durability.DURABLE) {
          return end(Outcome.GOOD);
        }
        flushed = true;
        task.device().flush(this);
        return true;
      }
      int at = HEADER + index++ * DESCRIPTOR;
      long block = task.unit().blockBytes();
      long blocks = list.getInt(at + 8) & 0xFFFF_FFFFL;
      task.device().discard(list.getLong(at) * block, blocks * block, this);
      return true;
    }
  }
}

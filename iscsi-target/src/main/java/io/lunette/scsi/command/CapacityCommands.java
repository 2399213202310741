/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.ProvisioningRun;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * READ CAPACITY (10, 16) and GET LBA STATUS: how large the unit is, and what of it is mapped. The
 * last may wait for metadata of the device, so it is answered by a thread that may.
 */
final class CapacityCommands {

  private static final int LBPME = 0x8000;
  private static final int LBPRZ = 0x4000;
  private static final long NOT_IN_TEN = 0xFFFF_FFFFL;
  private static final int LBA_STATUS_HEADER = 8;
  private static final int LBA_STATUS_DESCRIPTOR = 16;
  private static final int MOST_DESCRIPTORS = 64;

  private final Executor threads;

  /**
   * @param threads may wait for metadata
   */
  CapacityCommands(Executor threads) {
    this.threads = threads;
  }

  List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x25, "READ CAPACITY(10)", "25 00 FF FF FF FF 00 00 01 00")
            .needsMedium()
            .by(CapacityCommands::readCapacity10),
        CommandDescriptor.of(
                0x9E, 0x10, "READ CAPACITY(16)", "9E 1F FF FF FF FF FF FF FF FF FF FF FF FF 01 00")
            .needsMedium()
            .by(CapacityCommands::readCapacity16),
        CommandDescriptor.of(
                0x9E, 0x12, "GET LBA STATUS", "9E 1F FF FF FF FF FF FF FF FF FF FF FF FF 00 00")
            .access(Access.READ)
            .by(this::getLbaStatus));
  }

  private static Outcome readCapacity10(ScsiTask task) {
    if (!task.cdb().bit(8, 1) && task.cdb().u32(2) != 0) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 7);
    }
    ByteBuffer data = ByteBuffer.allocate(8);
    data.putInt((int) Math.min(task.unit().blocks() - 1, NOT_IN_TEN));
    data.putInt(task.unit().blockBytes());
    return task.reply(data.flip(), data.limit());
  }

  private static Outcome readCapacity16(ScsiTask task) {
    if (!task.cdb().bit(14, 1) && task.cdb().u64(2) != 0) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 7);
    }
    BlockGeometry geometry = task.device().geometry();
    int provisioning =
        !task.unit().features().thin()
            ? 0
            : task.unit().features().discardZeroes() ? LBPME | LBPRZ : LBPME;
    ByteBuffer data = ByteBuffer.allocate(32);
    data.putLong(geometry.logicalBlocks() - 1)
        .putInt(geometry.logicalBlockBytes())
        .put((byte) 0)
        .put((byte) task.unit().physicalBlockExponent())
        .putShort((short) provisioning);
    return task.reply(data.rewind(), task.cdb().u32(10));
  }

  private Outcome getLbaStatus(ScsiTask task) {
    if (!task.unit().contains(task.lba(), 1)) {
      return Sense.LBA_OUT_OF_RANGE;
    }
    long allocation = task.cdb().u32(10);
    if (allocation == 0) {
      return Outcome.GOOD;
    }
    long room = Math.max(1, (allocation - LBA_STATUS_HEADER) / LBA_STATUS_DESCRIPTOR);
    int most = (int) Math.min(room, MOST_DESCRIPTORS);
    ByteBuffer data = ByteBuffer.allocate(LBA_STATUS_HEADER + most * LBA_STATUS_DESCRIPTOR);
    ByteBuffer reply = task.dataIn((int) Math.min(data.capacity(), allocation));
    threads.execute(task.then(() -> lbaStatus(task, data, reply))::completed);
    return Outcome.LATER;
  }

  private static Outcome lbaStatus(ScsiTask task, ByteBuffer data, ByteBuffer reply) {
    data.position(LBA_STATUS_HEADER);
    try {
      putRuns(task, data);
    } catch (BlockException e) {
      task.failed(e);
      return Outcome.LATER;
    }
    data.putInt(0, data.position() - 4).flip();
    int bytes = Math.min(data.limit(), reply.remaining());
    reply.limit(reply.position() + bytes).put(data.slice(0, bytes));
    return Outcome.GOOD;
  }

  private static void putRuns(ScsiTask task, ByteBuffer data) throws BlockException {
    long block = task.unit().blockBytes();
    long lba = task.lba();
    while (data.hasRemaining() && lba < task.unit().blocks() && !task.shouldEndEarly()) {
      ProvisioningRun run = task.device().provisioning(lba * block);
      long end = Math.min((run.offsetBytes() + run.lengthBytes()) / block, task.unit().blocks());
      long blocks = Math.min(Math.max(end - lba, 1), 0xFFFF_FFFFL);
      data.putLong(lba).putInt((int) blocks).put((byte) (run.mapped() ? 0 : 1));
      data.put((byte) 0).putShort((short) 0);
      lba += blocks;
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.ScsiStatus;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.CommandHandler;
import io.lunette.scsi.device.CopyLimits;
import io.lunette.scsi.device.CopyOperation;
import io.lunette.scsi.device.CopyOperation.Result;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What becomes of copy operations: RECEIVE COPY STATUS(LID1) and (LID4), RECEIVE COPY OPERATING
 * PARAMETERS, RECEIVE COPY FAILURE DETAILS(LID1), RECEIVE ROD TOKEN INFORMATION (SPC-4 §6.22 to
 * §6.26; SBC-3 §5.22). No segment descriptor that holds data is offered, so neither is RECEIVE COPY
 * DATA.
 */
final class ReceiveCopyCommands {

  private static final String SHORT_ID = "84 1F FF 00 00 00 00 00 00 00 FF FF FF FF 00 00";
  private static final String LONG_ID = "84 1F FF FF FF FF 00 00 00 00 FF FF FF FF 00 00";
  private static final int IN_PROGRESS = 0x00;
  private static final int COMPLETED = 0x01;
  private static final int COMPLETED_WITH_ERRORS = 0x02;
  private static final int FAILURE_HEADER = 60;
  private static final int MOST_SENSE_BYTES = 64;

  private ReceiveCopyCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        row(0x00, "RECEIVE COPY STATUS(LID1)", SHORT_ID, ReceiveCopyCommands::status),
        row(0x03, "RECEIVE COPY OPERATING PARAMETERS", SHORT_ID, ReceiveCopyCommands::parameters),
        row(0x04, "RECEIVE COPY FAILURE DETAILS(LID1)", SHORT_ID, ReceiveCopyCommands::failure),
        row(0x05, "RECEIVE COPY STATUS(LID4)", LONG_ID, ReceiveCopyCommands::longStatus),
        row(0x07, "RECEIVE ROD TOKEN INFORMATION", LONG_ID, ReceiveCopyCommands::token));
  }

  private static CommandDescriptor row(
      int serviceAction, String name, String usage, CommandHandler handler) {
    return CommandDescriptor.of(0x84, serviceAction, name, usage)
        .access(Access.CONTROL)
        .by(handler);
  }

  /** The operation, if it has this to tell; null otherwise. */
  private static CopyOperation find(ScsiTask task, long listId, Result result) {
    return task.nexus().copies().find(listId).filter(copy -> copy.has(result)).orElse(null);
  }

  private static Outcome unknown() {
    return Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 7);
  }

  private static Outcome status(ScsiTask task) {
    CopyOperation copy = find(task, task.cdb().u8(2), Result.STATUS);
    if (copy == null) {
      return unknown();
    }
    copy.tell(Result.STATUS);
    Outcome outcome = copy.outcome();
    int code =
        outcome == null
            ? IN_PROGRESS
            : outcome.status() == ScsiStatus.GOOD ? COMPLETED : COMPLETED_WITH_ERRORS;
    long bytes = copy.bytes();
    int units = bytes >>> 32 == 0 ? 0 : 2;
    ByteBuffer data = ByteBuffer.allocate(12);
    data.putInt(8)
        .put((byte) code)
        .putShort((short) copy.segments())
        .put((byte) units)
        .putInt((int) (units == 0 ? bytes : bytes >> 20));
    return task.reply(data.flip(), task.cdb().u32(10));
  }

  /** In SPC-3 there is a list identifier in byte 2, which is ignored. */
  private static Outcome parameters(ScsiTask task) {
    ByteBuffer data = ByteBuffer.allocate(46);
    data.putInt(0, data.capacity() - 4)
        .put(4, (byte) 1)
        .putShort(8, (short) CopyLimits.CSCD_DESCRIPTORS)
        .putShort(10, (short) CopyLimits.SEGMENT_DESCRIPTORS)
        .putInt(12, CopyLimits.DESCRIPTOR_LIST_BYTES)
        .putInt(16, CopyLimits.SEGMENT_BYTES)
        .putShort(34, (short) CopyLimits.CONCURRENT_PER_NEXUS)
        .put(36, (byte) CopyLimits.CONCURRENT_PER_NEXUS)
        .put(37, (byte) CopyLimits.GRANULARITY_LOG_2)
        .put(43, (byte) 2)
        .put(44, (byte) SegmentDescriptor.BLOCK_TO_BLOCK)
        .put(45, (byte) CscdDescriptor.IDENTIFICATION);
    return task.reply(data, task.cdb().u32(10));
  }

  private static Outcome failure(ScsiTask task) {
    CopyOperation copy = find(task, task.cdb().u8(2), Result.FAILURE_DETAILS);
    if (copy == null
        || copy.isRunning()
        || copy.origin().serviceAction() != ExtendedCopyCommands.LID1) {
      return unknown();
    }
    long allocation = task.cdb().u32(10);
    ByteBuffer data = ByteBuffer.allocate(FAILURE_HEADER + MOST_SENSE_BYTES);
    if (copy.outcome().status() == ScsiStatus.GOOD) {
      return task.reply(data.limit(4), allocation);
    }
    data.put(56, (byte) copy.outcome().status().code()).position(FAILURE_HEADER);
    CopyStatus.putSense(data, copy.outcome(), task.unit());
    data.putShort(58, (short) (data.position() - FAILURE_HEADER)).putInt(0, data.position() - 4);
    if (allocation == 0 || allocation >= data.position()) {
      copy.tell(Result.FAILURE_DETAILS);
    }
    return task.reply(data.flip(), allocation);
  }

  private static Outcome longStatus(ScsiTask task) {
    CopyOperation copy = task.nexus().copies().find(task.cdb().u32(2)).orElse(null);
    if (copy == null) {
      return unknown();
    }
    ByteBuffer data = CopyStatus.encode(copy, task.unit());
    return task.reply(data.putInt(0, data.limit() - 4), task.cdb().u32(10));
  }

  /** The status header, then the tokens, each behind the identifier of a CSCD that has none. */
  private static Outcome token(ScsiTask task) {
    CopyOperation copy = find(task, task.cdb().u32(2), Result.TOKEN);
    if (copy == null) {
      return unknown();
    }
    byte[] token = copy.token();
    ByteBuffer header = CopyStatus.encode(copy, task.unit());
    int descriptor = token.length == 0 ? 0 : Short.BYTES + token.length;
    ByteBuffer data = ByteBuffer.allocate(header.limit() + Integer.BYTES + descriptor);
    data.put(header).putInt(descriptor);
    if (descriptor > 0) {
      data.putShort((short) 0).put(token);
    }
    long allocation = task.cdb().u32(10);
    if (allocation == 0 || allocation >= data.capacity()) {
      copy.tell(Result.TOKEN);
    }
    return task.reply(data.flip().putInt(0, data.limit() - 4), allocation);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.login.SessionParameters;
import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.Opcode;
import io.lunette.iscsi.pdu.PduWriter;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;

/**
 * Writes what a command sends: R2T, Data-In and its status (RFC 7143 §11.4, §11.7, §11.8). Status
 * travels with the last Data-In when it is GOOD.
 */
final class ScsiResponder {

  private static final int MOST_SENSE_BYTES = 64;

  private final Channel channel;
  private final PduWriter writer;
  private final CommandWindow window;
  private final SessionParameters parameters;
  private int nextTag;

  ScsiResponder(
      Channel channel, PduWriter writer, CommandWindow window, SessionParameters parameters) {
    this.channel = channel;
    this.writer = writer;
    this.window = window;
    this.parameters = parameters;
  }

  /** A target transfer tag, never the reserved value. */
  int newTag() {
    nextTag = nextTag + 1 == Bhs.NO_TAG ? 0 : nextTag + 1;
    return nextTag;
  }

  void readyToTransfer(IscsiTask task, int transferTag, int offset, int bytes) {
    ByteBuf header = writer.header(Opcode.R2T, Bhs.FINAL);
    header
        .setLong(Bhs.LUN, task.lunField)
        .setInt(Bhs.ITT, task.itt)
        .setInt(Bhs.TTT, transferTag)
        .setInt(Bhs.STAT_SN, window.statSn())
        .setInt(Bhs.EXP_CMD_SN, window.expCmdSn())
        .setInt(Bhs.MAX_CMD_SN, window.maxCmdSn())
        .setInt(Bhs.R2T_SN, task.r2tSn++)
        .setInt(Bhs.BUFFER_OFFSET, offset)
        .setInt(Bhs.DESIRED_LENGTH, bytes);
    writer.write(header);
  }

  /** Answers a command; its place in the window must be free already. */
  void respond(IscsiTask task, TaskSet tasks) {
    Outcome outcome = task.outcome;
    if (outcome instanceof Sense sense) {
      status(task, outcome, 0, sense);
      return;
    }
    long produced = task.producedIn();
    int sent = (int) Math.min(produced, task.expectedIn & 0xFFFF_FFFFL);
    if (sent > 0 && (outcome == Outcome.GOOD || outcome == Outcome.CONDITION_MET)) {
      ByteBuf data = task.takeDataIn(sent);
      tasks.handOver(data);
      dataIn(task, data, produced, outcome);
    } else {
      status(task, outcome, produced, null);
    }
  }

  private void dataIn(IscsiTask task, ByteBuf data, long produced, Outcome outcome) {
    int total = data.readableBytes();
    int first = data.readerIndex();
    int segment = parameters.initiatorSegmentBytes();
    int burst = parameters.maxBurstBytes();
    int dataSn = 0;
    int offset = 0;
    int burstLeft = burst;
    while (offset < total) {
      int bytes = Math.min(Math.min(segment, burstLeft), total - offset);
      burstLeft -= bytes;
      boolean last = offset + bytes == total;
      boolean endsBurst = last || burstLeft == 0;
      ByteBuf header = writer.header(Opcode.DATA_IN, endsBurst ? Bhs.FINAL : 0);
      header
          .setInt(Bhs.ITT, task.itt)
          .setInt(Bhs.TTT, Bhs.NO_TAG)
          .setInt(Bhs.EXP_CMD_SN, window.expCmdSn())
          .setInt(Bhs.MAX_CMD_SN, window.maxCmdSn())
          .setInt(Bhs.DATA_SN, dataSn++)
          .setInt(Bhs.BUFFER_OFFSET, offset);
      if (last) {
        int residual = residualFlag(task, produced);
        header
            .setByte(1, Bhs.FINAL | Bhs.STATUS_PRESENT | residual)
            .setByte(Bhs.STATUS, outcome.status().code())
            .setInt(Bhs.STAT_SN, window.nextStatSn())
            .setInt(Bhs.RESIDUAL, residualCount(task, produced));
      }
      if (endsBurst) {
        burstLeft = burst;
      }
      writer.write(header, last && offset == 0 ? data : data.retainedSlice(first + offset, bytes));
      offset += bytes;
    }
    if (dataSn > 1) {
      data.release();
    }
  }

  private void status(IscsiTask task, Outcome outcome, long produced, Sense sense) {
    ByteBuf header = writer.header(Opcode.SCSI_RESPONSE, Bhs.FINAL | residualFlag(task, produced));
    header
        .setByte(Bhs.STATUS, outcome.status().code())
        .setInt(Bhs.ITT, task.itt)
        .setInt(Bhs.STAT_SN, window.nextStatSn())
        .setInt(Bhs.EXP_CMD_SN, window.expCmdSn())
        .setInt(Bhs.MAX_CMD_SN, window.maxCmdSn())
        .setInt(Bhs.EXP_DATA_SN, task.r2tSn)
        .setInt(Bhs.RESIDUAL, residualCount(task, produced));
    if (sense == null) {
      writer.write(header);
    } else {
      writer.write(header, encode(task, sense));
    }
  }

  /** SenseLength, then the sense (RFC 7143 §11.4.7). */
  private ByteBuf encode(IscsiTask task, Sense sense) {
    ByteBuf segment = channel.alloc().directBuffer(2 + MOST_SENSE_BYTES);
    ByteBuffer bytes = segment.nioBuffer(2, MOST_SENSE_BYTES);
    if (task.nexus() != null && task.unit().modes().current().descriptorSense()) {
      sense.encodeDescriptor(bytes);
    } else {
      sense.encodeFixed(bytes);
    }
    return segment.setShort(0, bytes.position()).writerIndex(2 + bytes.position());
  }

  /** What the command would have moved, against what the initiator announced. */
  private static long surplus(IscsiTask task, long produced) {
    long expected = (task.expectedOut != 0 ? task.expectedOut : task.expectedIn) & 0xFFFF_FFFFL;
    long moved = task.expectedOut != 0 || task.neededOut > 0 ? task.neededOut : produced;
    return moved - expected;
  }

  private static int residualFlag(IscsiTask task, long produced) {
    long surplus = surplus(task, produced);
    return surplus == 0 ? 0 : surplus > 0 ? Bhs.OVERFLOW : Bhs.UNDERFLOW;
  }

  private static int residualCount(IscsiTask task, long produced) {
    return (int) Math.abs(surplus(task, produced));
  }
}

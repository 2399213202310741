/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.Opcode;
import io.lunette.iscsi.pdu.PduHeader;
import io.lunette.iscsi.pdu.PduWriter;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.Nexus;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Task management functions (RFC 7143 §11.5, §11.6; SAM-5 §7). The answer to one comes when the
 * tasks that it aborts can have no effect any more, on every nexus that it concerns.
 */
final class TaskManagement {

  private static final int ABORT_TASK = 1;
  private static final int ABORT_TASK_SET = 2;
  private static final int CLEAR_TASK_SET = 4;
  private static final int LOGICAL_UNIT_RESET = 5;
  private static final int TARGET_WARM_RESET = 6;
  private static final int TARGET_COLD_RESET = 7;
  private static final int TASK_REASSIGN = 8;

  private static final int COMPLETE = 0;
  private static final int NO_SUCH_TASK = 1;
  private static final int NO_SUCH_LUN = 2;
  private static final int REASSIGN_NOT_SUPPORTED = 4;
  private static final int NOT_SUPPORTED = 5;
  private static final int REJECTED = 255;

  /** Functions of one session that may wait for tasks to end. */
  private static final int MOST_WAITING = 64;

  private final IscsiConnection connection;
  private final Session session;
  private final CommandWindow window;
  private final CommandFlow flow;
  private int waiting;

  TaskManagement(
      IscsiConnection connection, Session session, CommandWindow window, CommandFlow flow) {
    this.connection = connection;
    this.session = session;
    this.window = window;
    this.flow = flow;
  }

  void request(PduHeader header) {
    int itt = header.itt();
    waiting++;
    if (waiting > MOST_WAITING) {
      respond(itt, REJECTED);
      return;
    }
    int function = header.flags() & 0x7F;
    int lun = LunField.decode(header.u64(Bhs.LUN));
    Nexus nexus = lun < 0 ? null : session.luns().nexus(lun);
    switch (function) {
      case ABORT_TASK -> abortTask(header);
      case ABORT_TASK_SET, CLEAR_TASK_SET, LOGICAL_UNIT_RESET -> {
        if (nexus == null) {
          respond(itt, NO_SUCH_LUN);
        } else {
          onUnit(itt, function, nexus.unit());
        }
      }
      case TARGET_WARM_RESET, TARGET_COLD_RESET -> resetVisible(itt, function);
      case TASK_REASSIGN -> respond(itt, REASSIGN_NOT_SUPPORTED);
      default -> respond(itt, NOT_SUPPORTED);
    }
  }

  /**
   * A command that has not come although its number is due counts as received and aborted; what is
   * named by neither tag nor number does not exist (RFC 7143 §11.5.5).
   */
  private void abortTask(PduHeader header) {
    int itt = header.itt();
    int referenced = header.u32(Bhs.REFERENCED_TASK);
    if (flow.has(referenced, header.u64(Bhs.LUN))) {
      flow.abort(task -> task.itt == referenced, () -> respond(itt, COMPLETE));
    } else if (window.skip(header.u32(Bhs.REF_CMD_SN), header.cmdSn())) {
      respond(itt, COMPLETE);
    } else {
      respond(itt, NO_SUCH_TASK);
    }
  }

  private void onUnit(int itt, int function, LogicalUnit unit) {
    switch (function) {
      case ABORT_TASK_SET -> flow.abort(task -> isOn(task, unit), () -> respond(itt, COMPLETE));
      case CLEAR_TASK_SET ->
          everywhere(Set.of(unit), Sense.COMMANDS_CLEARED, () -> respond(itt, COMPLETE));
      default -> {
        unit.reset(Sense.DEVICE_RESET);
        everywhere(Set.of(unit), null, () -> respond(itt, COMPLETE));
      }
    }
  }

  /** A target reset reaches the units that the initiator sees, and no others (DESIGN I6). */
  private void resetVisible(int itt, int function) {
    Set<LogicalUnit> units = new LinkedHashSet<>();
    session.luns().all().forEach(nexus -> units.add(nexus.unit()));
    units.forEach(unit -> unit.reset(Sense.POWER_ON_OR_RESET));
    everywhere(
        units,
        null,
        () -> {
          respond(itt, COMPLETE);
          if (function == TARGET_COLD_RESET) {
            connection.closeAfterFlush();
          }
        });
  }

  private static boolean isOn(IscsiTask task, LogicalUnit unit) {
    return task.nexus() != null && task.unit() == unit;
  }

  /**
   * Aborts the tasks on units through every session that sees them, and waits for the copies that a
   * reset has asked to end; {@code done} runs on this event loop. Event loops of others are not
   * asked: neither does a reset cost them anything, nor do they hold it up.
   */
  private void everywhere(Set<LogicalUnit> units, Sense attention, Runnable done) {
    Map<LogicalUnit, List<Session>> concerned = new LinkedHashMap<>();
    int parts = 1;
    for (LogicalUnit unit : units) {
      List<Session> seeing =
          connection.node().activeSessions().stream().filter(each -> each.sees(unit)).toList();
      concerned.put(unit, seeing);
      parts += 1 + seeing.size();
    }
    AtomicInteger left = new AtomicInteger(parts);
    Runnable one =
        () -> {
          if (left.decrementAndGet() == 0) {
            connection.channel().eventLoop().execute(done);
          }
        };
    concerned.forEach(
        (unit, seeing) -> {
          unit.copies().whenAborted(one);
          seeing.forEach(each -> each.abortTasks(unit, each == session ? null : attention, one));
        });
    one.run();
  }

  private void respond(int itt, int response) {
    waiting--;
    if (connection.isClosing()) {
      return;
    }
    PduWriter writer = connection.writer();
    ByteBuf header = writer.header(Opcode.TASK_MANAGEMENT_RESPONSE, Bhs.FINAL);
    header
        .setByte(Bhs.RESPONSE, response)
        .setInt(Bhs.ITT, itt)
        .setInt(Bhs.STAT_SN, window.nextStatSn())
        .setInt(Bhs.EXP_CMD_SN, window.expCmdSn())
        .setInt(Bhs.MAX_CMD_SN, window.maxCmdSn());
    writer.write(header);
    connection.writer().flush();
  }
}

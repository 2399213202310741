/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.login.SessionParameters;
import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.PduHeader;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.DeviceServer;
import io.netty.buffer.ByteBuf;
import java.util.function.Predicate;

/**
 * SCSI commands on the wire: command, immediate and unsolicited data, R2T and its data, execution,
 * answer (RFC 7143 §4.2.5, §11.3, §11.7, §11.8). Owned by the connection's event loop.
 */
final class CommandFlow implements TaskSet.Listener {

  private final IscsiConnection connection;
  private final Session session;
  private final SessionParameters parameters;
  private final CommandWindow window;
  private final DeviceServer server;
  private final TaskSet tasks;
  private final ScsiResponder responder;
  private final Rejections rejections;
  private final int mostImmediate;
  private IscsiTask open;
  private int immediates;
  private volatile long commands;

  CommandFlow(
      IscsiConnection connection,
      Session session,
      SessionParameters parameters,
      CommandWindow window,
      Rejections rejections) {
    ConnectionLimits limits = connection.node().limits();
    this.connection = connection;
    this.session = session;
    this.parameters = parameters;
    this.window = window;
    this.rejections = rejections;
    this.server = connection.node().deviceServer();
    this.tasks =
        new TaskSet(
            connection.channel(),
            connection.writer(),
            server,
            limits.transferBytes(),
            session.budget(),
            this);
    this.responder =
        new ScsiResponder(connection.channel(), connection.writer(), window, parameters);
    this.mostImmediate = limits.commandWindow();
  }

  long commands() {
    return commands;
  }

  int outstanding() {
    return tasks.outstanding();
  }

  int newTag() {
    return responder.newTag();
  }

  /** The header of a command has come; where its immediate data goes. */
  ByteBuf commandData(PduHeader header) {
    open = begin(header);
    if (open == null) {
      return null;
    }
    open.segmentOpen = true;
    return open.out;
  }

  /** A command is here, with its immediate data if it has any. */
  void command(PduHeader header) {
    IscsiTask task = header.dataBytes() == 0 ? begin(header) : open;
    open = null;
    if (task == null || !closeSegment(task)) {
      return;
    }
    task.receivedOut += header.dataBytes();
    if (task.outcome != null) {
      ended(task);
    } else if (task.sequences.isEmpty()) {
      unsolicitedIsOver(task);
    }
  }

  /** The header of a Data-Out has come; where its data goes. */
  ByteBuf dataOutTarget(PduHeader header) {
    open = expecting(header);
    if (open == null) {
      return null;
    }
    open.segmentOpen = true;
    return open.out;
  }

  /** A Data-Out is here. */
  void dataOut(PduHeader header) {
    IscsiTask task = header.dataBytes() == 0 ? expecting(header) : open;
    open = null;
    if (task == null || !closeSegment(task)) {
      return;
    }
    DataOutSequence sequence = task.sequences.peek();
    task.receivedOut += header.dataBytes();
    if (!sequence.take(header)) {
      return;
    }
    task.sequences.poll();
    if (!sequence.isSolicited()) {
      unsolicitedIsOver(task);
    } else if (task.receivedOut >= task.usableOut()) {
      tasks.execute(task);
    } else {
      request(task);
    }
  }

  /** False if the task was aborted while its data came in. */
  private boolean closeSegment(IscsiTask task) {
    task.segmentOpen = false;
    if (task.aborted) {
      ended(task);
    }
    return !task.aborted;
  }

  /**
   * Whom a Data-Out is for; null if it is dropped: its command may have ended, or ends by what is
   * wrong with this PDU. More of the same sequence may follow and is dropped too.
   */
  private IscsiTask expecting(PduHeader header) {
    IscsiTask task = tasks.find(header.itt());
    if (task == null || task.aborted || connection.isClosing()) {
      return null;
    }
    DataOutSequence sequence = task.sequences.peek();
    if (sequence == null || !sequence.isNamedBy(header)) {
      rejections.fatal(Rejections.PROTOCOL_ERROR, header, "Data-Out that nobody asked for");
      return null;
    }
    Sense wrong = sequence.refuse(header, task.receivedOut);
    if (wrong != null) {
      task.outcome = wrong;
      ended(task);
      return null;
    }
    return task;
  }

  private IscsiTask begin(PduHeader header) {
    if (connection.isClosing()) {
      return null;
    }
    switch (window.judge(header)) {
      case IGNORE:
        return null;
      case GAP:
        rejections.fatal(Rejections.PROTOCOL_ERROR, header, "a gap in CmdSN");
        return null;
      default:
        break;
    }
    String wrong = refuse(header);
    if (wrong != null) {
      rejections.fatal(Rejections.PROTOCOL_ERROR, header, wrong);
      return null;
    }
    if (tasks.find(header.itt()) != null) {
      rejections.send(Rejections.TASK_IN_PROGRESS, header);
      return null;
    }
    if (header.isImmediate() && immediates >= mostImmediate) {
      rejections.send(Rejections.IMMEDIATE_COMMAND, header);
      return null;
    }
    return create(header);
  }

  private String refuse(PduHeader header) {
    boolean write = header.hasFlag(Bhs.WRITE);
    long expected = header.u32(Bhs.EDTL) & 0xFFFF_FFFFL;
    int data = header.dataBytes();
    if (session.isDiscovery()) {
      return "a SCSI command in a discovery session";
    }
    if (header.itt() == Bhs.NO_TAG) {
      return "a SCSI command with the reserved task tag";
    }
    if (data > 0 && (!write || !parameters.immediateData())) {
      return "immediate data that was not agreed on";
    }
    if (data > Math.min(parameters.firstBurstBytes(), expected)) {
      return "more immediate data than allowed";
    }
    if (write && !header.isFinal() && parameters.initialR2t()) {
      return "unsolicited data that was not agreed on";
    }
    return null;
  }

  private IscsiTask create(PduHeader header) {
    IscsiTask task = tasks.create();
    int lun = LunField.decode(header.u64(Bhs.LUN));
    task.begin(header, session.luns(), lun < 0 ? null : session.luns().nexus(lun));
    task.neededOut = server.dataOutBytes(task);
    task.stage = IscsiTask.Stage.RECEIVING;
    commands++;
    if (task.immediate) {
      immediates++;
    } else {
      window.begun();
    }
    tasks.add(task);
    if (header.hasFlag(Bhs.READ) && header.hasFlag(Bhs.WRITE)) {
      task.neededOut = 0;
      task.outcome = Sense.INVALID_FIELD_IN_CDB;
    }
    if ((header.flags() & Bhs.ATTRIBUTE) == Bhs.ACA) {
      task.neededOut = 0;
      task.outcome = Sense.INVALID_MESSAGE;
    }
    int unsolicited = header.dataBytes();
    if (header.hasFlag(Bhs.WRITE) && !header.isFinal()) {
      long most = Math.min(parameters.firstBurstBytes(), task.expectedDataOut());
      task.sequences.add(DataOutSequence.unsolicited((int) most - unsolicited));
      unsolicited = (int) most;
    }
    if (unsolicited > 0 && tasks.isOverBudget()) {
      task.neededOut = 0;
      task.outcome = Outcome.BUSY;
    }
    int usable = task.usableOut();
    int bytes = tasks.hasRoom() ? usable : Math.min(usable, unsolicited);
    task.out = bytes == 0 ? null : tasks.allocate(bytes);
    return task;
  }

  private void unsolicitedIsOver(IscsiTask task) {
    task.requestedOut = task.receivedOut;
    if (task.outcome != null) {
      ended(task);
    } else if (task.out != null && task.out.capacity() >= task.usableOut()) {
      admitted(task);
    } else {
      tasks.await(task);
    }
  }

  @Override
  public void admitted(IscsiTask task) {
    int usable = task.usableOut();
    if (task.receivedOut >= usable) {
      tasks.execute(task);
      return;
    }
    task.stage = IscsiTask.Stage.RECEIVING;
    if (task.out == null) {
      task.out = tasks.allocate(usable);
    } else if (task.out.capacity() < usable) {
      tasks.grow(task.out, usable);
    }
    request(task);
  }

  private void request(IscsiTask task) {
    int usable = task.usableOut();
    while (task.requestedOut < usable && task.sequences.size() < parameters.maxOutstandingR2t()) {
      int bytes = Math.min(parameters.maxBurstBytes(), usable - task.requestedOut);
      int tag = responder.newTag();
      responder.readyToTransfer(task, tag, task.requestedOut, bytes);
      task.sequences.add(DataOutSequence.solicited(tag, bytes));
      task.requestedOut += bytes;
    }
  }

  @Override
  public void ended(IscsiTask task) {
    if (task.immediate) {
      immediates--;
    } else {
      window.ended();
    }
    try {
      if (!task.aborted && !connection.isClosing()) {
        responder.respond(task, tasks);
      }
    } finally {
      tasks.remove(task);
    }
  }

  /** Whether a task with this tag is under way on this LUN. */
  boolean has(int itt, long lunField) {
    IscsiTask task = tasks.find(itt);
    return task != null && task.lunField == lunField;
  }

  /** Time goes by; true if the data of a command has not moved for so many calls. */
  boolean standsStill(int ticks) {
    return tasks.standStill(ticks);
  }

  void abort(Predicate<IscsiTask> which, Runnable done) {
    tasks.abort(which, done);
  }

  void flushed() {
    tasks.flushed();
  }

  void writable() {
    tasks.admit();
  }

  /** The connection is gone. */
  void closed(Runnable done) {
    if (open != null) {
      open.segmentOpen = false;
      open = null;
    }
    tasks.abort(task -> true, done);
  }
}

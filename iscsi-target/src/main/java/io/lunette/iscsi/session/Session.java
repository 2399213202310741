/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.core.volume.InitiatorName;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.InitiatorPort;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.MappedUnit;
import io.lunette.scsi.device.Nexus;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * A session, which has one connection (MaxConnections is 1). Thread-safe: what touches tasks is
 * handed to the connection's event loop.
 */
public final class Session {

  private static final int PERSISTENT_RESERVE_OUT = 0x5F;

  private final InitiatorName initiator;
  private final long isid;
  private final boolean discovery;
  private final IscsiConnection connection;
  private final InetSocketAddress peer;
  private final Instant since = Instant.now();
  private final InitiatorPort port;
  private final SessionLuns luns;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile int tsih;
  private volatile FullFeaturePhase phase;

  private Session(
      InitiatorName initiator, long isid, boolean discovery, IscsiConnection connection) {
    this.initiator = initiator;
    this.isid = isid;
    this.discovery = discovery;
    this.connection = connection;
    this.peer = connection.peer();
    this.port = new InitiatorPort(initiator.value(), isid);
    this.luns = new SessionLuns(connection.node().targetName());
  }

  static Session normal(InitiatorName initiator, long isid, IscsiConnection connection) {
    return new Session(initiator, isid, false, connection);
  }

  static Session discovery(InitiatorName initiator, long isid, IscsiConnection connection) {
    return new Session(initiator, isid, true, connection);
  }

  public InitiatorName initiator() {
    return initiator;
  }

  public long isid() {
    return isid;
  }

  /** ISID as twelve hexadecimal digits. */
  public String isidText() {
    return String.format(Locale.ROOT, "%012x", isid);
  }

  public int tsih() {
    return tsih;
  }

  /** Set once, by the target, when the session begins. */
  public void tsih(int value) {
    tsih = value;
  }

  public InetSocketAddress peer() {
    return peer;
  }

  public Instant since() {
    return since;
  }

  /** Commands received so far. */
  public long commands() {
    return phase.commands();
  }

  boolean isDiscovery() {
    return discovery;
  }

  SessionLuns luns() {
    return luns;
  }

  void serveBy(FullFeaturePhase served) {
    phase = served;
  }

  /** Shows a unit to the initiator. */
  public void show(int lun, MappedUnit unit) {
    Nexus nexus =
        new Nexus(unit, port, TargetNode.PORTAL_GROUP, done -> abortPreempted(unit.unit(), done));
    unit.unit().attach(nexus);
    luns.put(lun, nexus);
  }

  /** Takes a unit from the initiator's sight; commands that are inside go on. */
  public void hide(int lun) {
    Nexus nexus = luns.remove(lun);
    if (nexus != null) {
      nexus.unit().detach(nexus);
    }
  }

  /** Makes a condition wait on every nexus of the session. */
  public void establish(Sense attention) {
    luns.all().forEach(nexus -> nexus.establish(attention));
  }

  /**
   * Aborts the tasks on a unit.
   *
   * @param attention what waits on the nexus if it lost a task; null for nothing
   * @param done runs on the event loop when no such task is under way
   */
  void abortTasks(LogicalUnit unit, Sense attention, Runnable done) {
    abort(task -> isOn(task, unit), attention, done);
  }

  private void abortPreempted(LogicalUnit unit, Runnable done) {
    abort(
        task -> isOn(task, unit) && task.cdb().opcode() != PERSISTENT_RESERVE_OUT,
        Sense.COMMANDS_CLEARED,
        done);
  }

  private static boolean isOn(IscsiTask task, LogicalUnit unit) {
    return task.nexus() != null && task.unit() == unit;
  }

  private void abort(Predicate<IscsiTask> which, Sense attention, Runnable done) {
    FullFeaturePhase served = phase;
    connection.channel().eventLoop().execute(() -> served.abort(which, attention, done));
  }

  /** Closes the connection; completes when no command is under way any more. */
  public CompletionStage<Void> close() {
    connection.channel().close();
    return ended;
  }

  void hasEnded() {
    for (int lun : luns.luns()) {
      hide(lun);
    }
    ended.complete(null);
  }

  @Override
  public String toString() {
    return initiator + " from " + peer;
  }
}

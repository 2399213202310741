/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.core.volume.InitiatorName;
import io.lunette.iscsi.login.SessionParameters;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.InitiatorPort;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.MappedUnit;
import io.lunette.scsi.device.Nexus;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * A session, which has one connection at a time (MaxConnections is 1). Thread-safe: what touches
 * tasks is handed to the connection's event loop.
 */
public final class Session {

  private static final int PERSISTENT_RESERVE_OUT = 0x5F;

  private final InitiatorName initiator;
  private final long isid;
  private final int cid;
  private final boolean discovery;
  private final int portalGroup;
  private final Instant since = Instant.now();
  private final InitiatorPort port;
  private final SessionLuns luns;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile int tsih;
  private volatile TransferBudget budget;
  private volatile IscsiConnection connection;
  private volatile InetSocketAddress peer;
  private volatile FullFeaturePhase phase;

  /** Set before the connection is ended for good, so that no other one takes its place. */
  private volatile boolean ending;

  private Session(
      InitiatorName initiator, long isid, int cid, boolean discovery, IscsiConnection connection) {
    this.initiator = initiator;
    this.isid = isid;
    this.cid = cid;
    this.discovery = discovery;
    this.connection = connection;
    this.peer = connection.peer();
    this.portalGroup = connection.portalGroup();
    this.port = new InitiatorPort(initiator.value(), isid);
    this.luns = new SessionLuns(connection.node().targetName(), connection.node().portalGroups());
  }

  static Session normal(InitiatorName initiator, long isid, int cid, IscsiConnection connection) {
    return new Session(initiator, isid, cid, false, connection);
  }

  static Session discovery(
      InitiatorName initiator, long isid, int cid, IscsiConnection connection) {
    return new Session(initiator, isid, cid, true, connection);
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

  /** Called once, by the target, before the session begins. */
  public void admitted(int handle, TransferBudget share) {
    tsih = handle;
    budget = share;
  }

  /** What its initiator's sessions may hold. */
  TransferBudget budget() {
    return budget;
  }

  /** Whether this one has to end when that one begins, of the same I_T nexus (RFC 7143 §6.3.5). */
  public boolean isReplacedBy(Session other) {
    return !discovery
        && !other.discovery
        && initiator.equals(other.initiator)
        && isid == other.isid
        && portalGroup == other.portalGroup;
  }

  /** Tag of the portal group through which it came: its target port (RFC 7143 §4.4.1). */
  public int portalGroup() {
    return portalGroup;
  }

  int cid() {
    return cid;
  }

  public InetSocketAddress peer() {
    return peer;
  }

  SessionParameters parameters() {
    return phase.parameters();
  }

  public Instant since() {
    return since;
  }

  /** Commands received so far. */
  public long commands() {
    return phase.commands();
  }

  /** Commands that have been received and not answered. */
  public int outstanding() {
    return phase.outstanding();
  }

  public boolean isDiscovery() {
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
    Nexus nexus = new Nexus(unit, port, portalGroup, done -> abortPreempted(unit.unit(), done));
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

  /** Whether its initiator sees a unit. */
  boolean sees(LogicalUnit unit) {
    return luns.all().stream().anyMatch(nexus -> nexus.unit() == unit);
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
    served.connection().channel().eventLoop().execute(() -> served.abort(which, attention, done));
  }

  /** Closes the connection; completes when no command is under way any more. */
  public CompletionStage<Void> close() {
    ending = true;
    connection.channel().close();
    return ended;
  }

  /**
   * Asks the initiator to log out, and goes on serving it meanwhile.
   *
   * @return completes when the session has ended, for this or another reason
   */
  public CompletionStage<Void> requestLogout(Duration time) {
    FullFeaturePhase served = phase;
    int seconds = (int) Math.max(1, time.toSeconds());
    served.connection().channel().eventLoop().execute(() -> served.requestLogout(seconds));
    return ended;
  }

  /** Tells the initiator that the session is dropped, and closes it as {@link #close} does. */
  public CompletionStage<Void> drop() {
    ending = true;
    FullFeaturePhase served = phase;
    served.connection().channel().eventLoop().execute(served::drop);
    return ended;
  }

  /**
   * Goes on through another connection: connection reinstatement (RFC 7143 §6.3.4). LUNs and what
   * their nexuses hold stay; the commands of the old connection are aborted.
   *
   * @return completes when they have ended; fails if the session ends instead
   */
  CompletionStage<Void> moveTo(IscsiConnection next, FullFeaturePhase served) {
    FullFeaturePhase old = phase;
    CompletableFuture<Void> left = new CompletableFuture<>();
    old.connection().channel().eventLoop().execute(() -> old.leaveTo(left));
    return left.thenRun(
        () -> {
          connection = next;
          peer = next.peer();
          phase = served;
          if (ending) {
            next.channel().close();
          }
        });
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

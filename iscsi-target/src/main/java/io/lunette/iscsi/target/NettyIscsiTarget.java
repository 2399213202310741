/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import io.lunette.iscsi.login.ChapChallenges;
import io.lunette.iscsi.login.Redirection;
import io.lunette.iscsi.login.TargetAddress;
import io.lunette.iscsi.session.ConnectionLimits;
import io.lunette.iscsi.session.IscsiConnection;
import io.lunette.iscsi.session.PendingLogins;
import io.lunette.iscsi.session.Session;
import io.lunette.iscsi.session.TargetNode;
import io.lunette.iscsi.session.TransferBudget;
import io.lunette.scsi.command.CommandSet;
import io.lunette.scsi.copy.CopyManager;
import io.lunette.scsi.device.DeviceServer;
import io.lunette.scsi.device.UnitServices;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The target node on Netty: portals, LUN map, sessions. */
final class NettyIscsiTarget implements IscsiTarget, TargetNode {

  private static final Logger LOG = LoggerFactory.getLogger(NettyIscsiTarget.class);

  private final TargetConfig config;
  private final String targetName;
  private final ConnectionLimits limits;
  private final DeviceServer deviceServer =
      new DeviceServer(
          CommandSet.blockDevice(
              CopyManager.threaded(new DefaultThreadFactory("lunette-copy", true))));
  private final LunMap lunMap;
  private final EventExecutor timer =
      new DefaultEventExecutor(new DefaultThreadFactory("lunette-iscsi-timer", true));
  private final SecureRandom random = new SecureRandom();
  private final TransferBudget budget;
  private final LiveSessions live;
  private final PendingLogins pendingLogins;
  private final ChapChallenges challenges = new ChapChallenges(random);
  private final Portals portals;

  NettyIscsiTarget(TargetConfig config) throws PortalException {
    this.config = config;
    this.lunMap = new LunMap(config.unitStates(), unitServices(config.limits()));
    this.targetName = config.targetName().toLowerCase(Locale.ROOT);
    TargetLimits from = config.limits();
    this.limits =
        new ConnectionLimits(
            from.commandWindow(),
            from.transferBytesPerSession(),
            from.loginTime(),
            from.silenceTime());
    this.budget = new TransferBudget(from.transferBytes());
    this.live = new LiveSessions(from.sessionsOfInitiator(), budget, random);
    this.pendingLogins = new PendingLogins(from.logins());
    this.portals =
        new Portals(
            Transport.best(),
            config.portals(),
            config.eventLoops(),
            from.connections(),
            portalGroup -> new IscsiConnection(this, portalGroup));
  }

  private UnitServices unitServices(TargetLimits limits) {
    long rate = limits.sanitizeBytesPerSecond();
    return new UnitServices(System::nanoTime, this::runLater, rate == 0 ? Long.MAX_VALUE : rate);
  }

  /** What a unit is at ends with the target; the next one goes on with it. */
  private void runLater(Runnable task, long nanos) {
    if (timer.isShuttingDown()) {
      return;
    }
    try {
      timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed meanwhile", e);
    }
  }

  @Override
  public String targetName() {
    return targetName;
  }

  @Override
  public InetSocketAddress portal() {
    return portals.open().get(0).address();
  }

  @Override
  public List<TargetPortal> portals() {
    return portals.open();
  }

  @Override
  public void map(InitiatorName initiator, int lun, LogicalUnitSpec unit)
      throws LunConflictException {
    lunMap.map(initiator, lun, unit);
  }

  @Override
  public void unmap(InitiatorName initiator, int lun) {
    lunMap.unmap(initiator, lun);
  }

  @Override
  public void mapForAll(int lun, LogicalUnitSpec unit) throws LunConflictException {
    lunMap.mapForAll(lun, unit);
  }

  @Override
  public void unmapForAll(int lun) {
    lunMap.unmapForAll(lun);
  }

  @Override
  public void spaceThresholdReached() {
    lunMap.spaceThresholdReached();
  }

  @Override
  public void endSessions(InitiatorName initiator) {
    allOf(sessionsBy(session -> session.initiator().equals(initiator)), Session::drop).join();
  }

  private List<Session> sessionsBy(Predicate<Session> which) {
    return lunMap.sessions().stream().filter(which).toList();
  }

  private static CompletableFuture<Void> allOf(
      List<Session> sessions, Function<Session, CompletionStage<Void>> end) {
    return CompletableFuture.allOf(
        sessions.stream()
            .map(each -> end.apply(each).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  @Override
  public List<SessionStatus> sessions() {
    return lunMap.sessions().stream()
        .map(
            each ->
                new SessionStatus(
                    each.initiator(),
                    each.isidText(),
                    each.tsih(),
                    each.peer(),
                    each.since(),
                    each.commands(),
                    each.outstanding()))
        .toList();
  }

  @Override
  public List<LunStatus> luns() {
    return lunMap.luns();
  }

  @Override
  public void close() {
    portals.stopListening();
    Duration logoutTime = config.limits().logoutTime();
    List<Session> asked = logoutTime.isZero() ? List.of() : lunMap.sessions();
    if (!isWithin(logoutTime, allOf(asked, each -> each.requestLogout(logoutTime)))) {
      LOG.info("not all initiators have logged out in {} ms", logoutTime.toMillis());
    }
    Duration closeTime = config.limits().closeTime();
    if (!isWithin(closeTime, allOf(lunMap.sessions(), Session::close))) {
      LOG.error(
          "closed with commands under way that their devices did not end in {} ms, of {}",
          closeTime.toMillis(),
          lunMap.sessions());
    }
    timer.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    portals.close();
  }

  /** Neither initiators nor devices that never answer keep the whole program from its end. */
  private static boolean isWithin(Duration time, CompletableFuture<Void> ends) {
    try {
      ends.get(time.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public Optional<ChapCredentials> credentialsOf(InitiatorName initiator) {
    return config.authentication().credentialsOf(initiator);
  }

  @Override
  public Optional<ChapCredentials> targetCredentialsFor(InitiatorName initiator) {
    return config.authentication().targetCredentialsFor(initiator);
  }

  @Override
  public DeviceServer deviceServer() {
    return deviceServer;
  }

  @Override
  public ConnectionLimits limits() {
    return limits;
  }

  @Override
  public Optional<Redirection> redirectionOf(InitiatorName initiator, InetSocketAddress local) {
    return config.redirection().of(initiator, local);
  }

  @Override
  public List<Integer> portalGroups() {
    return config.portals().stream().map(TargetPortal::portalGroup).distinct().sorted().toList();
  }

  @Override
  public PendingLogins pendingLogins() {
    return pendingLogins;
  }

  @Override
  public ChapChallenges challenges() {
    return challenges;
  }

  /** What is held now on behalf of initiators. */
  TargetUse use() {
    return new TargetUse(
        portals.connections(), pendingLogins.count(), challenges.outstanding(), budget.heldBytes());
  }

  /** A portal on the wildcard address is named as the connection reached it. */
  @Override
  public List<String> portals(InetSocketAddress local) {
    return portals.open().stream()
        .map(
            each -> {
              InetSocketAddress address = each.address();
              InetSocketAddress named =
                  address.getAddress().isAnyLocalAddress()
                      ? new InetSocketAddress(local.getAddress(), address.getPort())
                      : address;
              return TargetAddress.of(named).inGroup(each.portalGroup());
            })
        .distinct()
        .toList();
  }

  @Override
  public List<Session> activeSessions() {
    return lunMap.sessions();
  }

  @Override
  public Optional<Session> findSession(int tsih) {
    return live.find(tsih);
  }

  @Override
  public boolean admit(Session session) {
    return live.admit(session);
  }

  @Override
  public CompletionStage<Void> begin(Session session) {
    Optional<Session> replaced = lunMap.begin(session);
    if (replaced.isPresent()) {
      return replaced.get().close().thenCompose(gone -> begin(session));
    }
    LOG.info("session {} began: {}", session.tsih(), session);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void ended(Session session) {
    live.ended(session);
    if (!session.isDiscovery()) {
      lunMap.ended(session);
      LOG.info("session {} ended: {}", session.tsih(), session);
    }
  }
}

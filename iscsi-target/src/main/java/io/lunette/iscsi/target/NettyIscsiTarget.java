/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import io.lunette.iscsi.session.ConnectionLimits;
import io.lunette.iscsi.session.IscsiConnection;
import io.lunette.iscsi.session.Session;
import io.lunette.iscsi.session.TargetNode;
import io.lunette.scsi.command.CommandSet;
import io.lunette.scsi.device.DeviceServer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The target node on Netty: portals, LUN map, sessions. */
final class NettyIscsiTarget implements IscsiTarget, TargetNode {

  private static final Logger LOG = LoggerFactory.getLogger(NettyIscsiTarget.class);

  private final TargetConfig config;
  private final String targetName;
  private final ConnectionLimits limits;
  private final DeviceServer deviceServer = new DeviceServer(CommandSet.blockDevice());
  private final LunMap lunMap;
  private final AtomicInteger lastTsih = new AtomicInteger();
  private final Portals portals;

  NettyIscsiTarget(TargetConfig config) throws PortalException {
    this.config = config;
    this.lunMap = new LunMap(config.unitStates());
    this.targetName = config.targetName().toLowerCase(Locale.ROOT);
    TargetLimits from = config.limits();
    this.limits =
        new ConnectionLimits(
            from.commandWindow(),
            from.transferBytesPerSession(),
            from.loginTime(),
            from.silenceTime());
    this.portals =
        new Portals(
            Transport.best(),
            config.portals(),
            config.eventLoops(),
            from.connections(),
            () -> new IscsiConnection(this));
  }

  @Override
  public String targetName() {
    return targetName;
  }

  @Override
  public InetSocketAddress portal() {
    return portals.addresses().get(0);
  }

  @Override
  public List<InetSocketAddress> portals() {
    return portals.addresses();
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
  public void capacityChanged(LogicalUnitSpec unit) {
    lunMap.capacityChanged(unit);
  }

  @Override
  public void endSessions(InitiatorName initiator) {
    end(lunMap.sessions().stream().filter(each -> each.initiator().equals(initiator)).toList())
        .join();
  }

  private static CompletableFuture<Void> end(List<Session> sessions) {
    return CompletableFuture.allOf(
        sessions.stream()
            .map(each -> each.close().toCompletableFuture())
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
                    each.commands()))
        .toList();
  }

  @Override
  public List<LunStatus> luns() {
    return lunMap.luns();
  }

  @Override
  public void close() {
    portals.stopListening();
    awaitWithin(config.limits().closeTime(), end(lunMap.sessions()));
    portals.close();
  }

  /** A device that never answers must not keep the whole program from its end. */
  private void awaitWithin(Duration time, CompletableFuture<Void> ends) {
    try {
      ends.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.error(
          "closed with commands under way that their devices did not end in {} ms, of {}",
          time.toMillis(),
          lunMap.sessions());
    } catch (InterruptedException e) {
      LOG.error("closed without waiting for commands under way: interrupted");
      Thread.currentThread().interrupt();
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

  /** A portal on the wildcard address is named as the connection reached it. */
  @Override
  public List<InetSocketAddress> portals(InetSocketAddress local) {
    return portals.addresses().stream()
        .map(
            each ->
                each.getAddress().isAnyLocalAddress()
                    ? new InetSocketAddress(local.getAddress(), each.getPort())
                    : each)
        .distinct()
        .toList();
  }

  @Override
  public List<Session> activeSessions() {
    return lunMap.sessions();
  }

  @Override
  public boolean hasSession(int tsih) {
    return lunMap.sessions().stream().anyMatch(each -> each.tsih() == tsih);
  }

  @Override
  public CompletionStage<Void> begin(Session session) {
    Optional<Session> replaced = lunMap.begin(session);
    if (replaced.isPresent()) {
      return replaced.get().close().thenCompose(gone -> begin(session));
    }
    session.tsih(1 + (lastTsih.getAndIncrement() & 0x7FFF));
    LOG.info("session {} began: {}", session.tsih(), session);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void ended(Session session) {
    lunMap.ended(session);
    LOG.info("session {} ended: {}", session.tsih(), session);
  }
}

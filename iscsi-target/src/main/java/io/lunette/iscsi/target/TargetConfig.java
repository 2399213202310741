/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.lunette.scsi.device.UnitStateStore;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;

/**
 * How a target is started.
 *
 * @param targetName the target node's iSCSI name
 * @param portals where to listen
 * @param authentication who must prove what
 * @param redirection who is sent elsewhere
 * @param eventLoops threads that own connections; 0 for one per processor
 * @param limits bounds on what initiators can make the target hold
 * @param unitStates where logical units keep what outlives a restart; stays the caller's, who
 *     closes it after the target
 */
public record TargetConfig(
    String targetName,
    List<TargetPortal> portals,
    InitiatorAuthentication authentication,
    InitiatorRedirection redirection,
    int eventLoops,
    TargetLimits limits,
    UnitStateStore unitStates) {

  public TargetConfig {
    Objects.requireNonNull(targetName);
    Objects.requireNonNull(authentication);
    Objects.requireNonNull(redirection);
    Objects.requireNonNull(limits);
    Objects.requireNonNull(unitStates);
    portals = List.copyOf(portals);
    if (portals.isEmpty()) {
      throw new IllegalArgumentException("a target needs a portal");
    }
    if (eventLoops < 0) {
      throw new IllegalArgumentException(eventLoops + " event loops");
    }
  }

  /**
   * A target with one portal, open to every initiator, with the default limits, whose units keep
   * nothing.
   */
  public static TargetConfig of(String targetName, InetSocketAddress portal) {
    return of(targetName, List.of(new TargetPortal(portal, TargetPortal.DEFAULT_GROUP)));
  }

  /** A target with several portals, open to every initiator, with the default limits. */
  public static TargetConfig of(String targetName, List<TargetPortal> portals) {
    return new TargetConfig(
        targetName,
        portals,
        InitiatorAuthentication.none(),
        InitiatorRedirection.none(),
        0,
        TargetLimits.DEFAULT,
        UnitStateStore.none());
  }

  /** The same with another authentication. */
  public TargetConfig withAuthentication(InitiatorAuthentication authentication) {
    return new TargetConfig(
        targetName, portals, authentication, redirection, eventLoops, limits, unitStates);
  }

  /** The same with another redirection. */
  public TargetConfig withRedirection(InitiatorRedirection redirection) {
    return new TargetConfig(
        targetName, portals, authentication, redirection, eventLoops, limits, unitStates);
  }

  /** The same with another number of event loops. */
  public TargetConfig withEventLoops(int eventLoops) {
    return new TargetConfig(
        targetName, portals, authentication, redirection, eventLoops, limits, unitStates);
  }

  /** The same with other limits. */
  public TargetConfig withLimits(TargetLimits limits) {
    return new TargetConfig(
        targetName, portals, authentication, redirection, eventLoops, limits, unitStates);
  }

  /** The same with units that keep their state there. */
  public TargetConfig withUnitStates(UnitStateStore unitStates) {
    return new TargetConfig(
        targetName, portals, authentication, redirection, eventLoops, limits, unitStates);
  }
}

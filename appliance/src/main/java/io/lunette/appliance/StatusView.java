/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.appliance.config.ByteSize;
import io.lunette.appliance.rest.SpaceView;
import io.lunette.blockio.DeviceFeatures;
import io.lunette.core.DomainException;
import io.lunette.core.pool.PoolStatus;
import io.lunette.core.pool.Pools;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.scrub.Scrubs;
import io.lunette.core.space.Space;
import io.lunette.core.space.SpaceLevel;
import io.lunette.core.space.SpaceReport;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.PoolSpace;
import io.lunette.iscsi.target.SessionStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How an appliance is, as the API gives it.
 *
 * @param version of the program
 * @param home its directory
 * @param portal where the target listens
 * @param target its name
 * @param http where the API listens on TCP, or null
 * @param boot where booting servers, and nothing else, are answered, or null
 * @param poolFile the pool
 * @param device what its device can do
 * @param space its space
 * @param pools replica pools in short
 * @param sessions who is logged in
 * @param mappings who sees what
 * @param nodes the appliances that share the catalog
 * @param jobsRunning long operations under way
 * @param alerts what an operator should look at, a line each
 */
record StatusView(
    String version,
    String home,
    String portal,
    String target,
    String http,
    String boot,
    String poolFile,
    DeviceFeatures device,
    SpaceView space,
    List<Pool> pools,
    List<Session> sessions,
    List<Mapping> mappings,
    List<NodeView> nodes,
    int jobsRunning,
    List<String> alerts) {

  /** A replica pool in short. */
  record Pool(
      String image,
      int ready,
      int building,
      int allocated,
      int returned,
      int scrubbing,
      int quarantined) {

    static Pool of(PoolStatus pool) {
      return new Pool(
          pool.image().name().value(),
          pool.count(ReplicaState.READY),
          pool.count(ReplicaState.BUILDING),
          pool.count(ReplicaState.ALLOCATED),
          pool.count(ReplicaState.RETURNED),
          pool.count(ReplicaState.SCRUBBING),
          pool.count(ReplicaState.QUARANTINED));
    }
  }

  /** A session in short. */
  record Session(String initiator, String peer, String since, long commands) {

    static Session of(SessionStatus session) {
      return new Session(
          session.initiator().value(),
          session.peer().getAddress().getHostAddress() + ":" + session.peer().getPort(),
          session.since().toString(),
          session.commands());
    }
  }

  /** A mapping in short. */
  record Mapping(String volume, String initiator, int lun, String mode) {

    static Mapping of(LunMapping mapping) {
      return new Mapping(
          mapping.volume().value(),
          mapping.initiator().value(),
          mapping.lun(),
          mapping.mode().name());
    }
  }

  /** What an operator should look at. */
  static List<String> alerts(SpaceReport space, List<PoolStatus> pools, List<String> differences) {
    List<String> alerts = new ArrayList<>(differences);
    if (space.level() != SpaceLevel.NORMAL) {
      alerts.add(spaceAlert(space));
    }
    for (PoolStatus pool : pools) {
      int quarantined = pool.count(ReplicaState.QUARANTINED);
      if (quarantined > 0) {
        alerts.add("quarantined replicas of '" + pool.image().name() + "': " + quarantined);
      }
      pool.trouble()
          .ifPresent(text -> alerts.add("pool of '" + pool.image().name() + "': " + text));
    }
    return alerts;
  }

  private static String spaceAlert(SpaceReport report) {
    PoolSpace space = report.space();
    String level = report.level().action();
    return space.availableBytes() < space.cleanBytes()
        ? String.format(
            Locale.ROOT,
            "%s: the file system under the pool has room for %s more, the pool would take %s;"
                + " make room there",
            level,
            new ByteSize(space.availableBytes()).forPeople(),
            new ByteSize(space.cleanBytes()).forPeople())
        : String.format(
            Locale.ROOT,
            "%s: only %.1f %% of the pool is clean; %s it (lunette pool grow)",
            level,
            100 - space.usedPercent(),
            report.reclaimableBytes() > 0 ? "scrub, or grow" : "grow");
  }

  /** The pools now, or an alert. */
  static List<PoolStatus> pools(Pools pools, List<String> alerts) {
    try {
      return pools.list();
    } catch (DomainException e) {
      alerts.add(e.getMessage());
      return List.of();
    }
  }

  /** The space now, or an alert. */
  static SpaceReport space(Space source, List<String> alerts) {
    try {
      return source.report();
    } catch (DomainException e) {
      alerts.add(e.getMessage());
      return new SpaceReport(new PoolSpace(0, 0, 0, 0, 0, 0, 0), 0, SpaceLevel.NORMAL);
    }
  }

  /** Adds what scrubs wait for to the alerts. */
  static void scrubs(Scrubs source, List<String> alerts) {
    try {
      source.trouble().ifPresent(alerts::add);
    } catch (DomainException e) {
      alerts.add(e.getMessage());
    }
  }
}

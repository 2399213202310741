/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationLedger;
import io.lunette.core.allocation.CatalogAllocations;
import io.lunette.core.allocation.PortionExchange;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.balance.BalanceSurvey;
import io.lunette.core.balance.CatalogBalancer;
import io.lunette.core.boot.CatalogNetworkBoot;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.load.CatalogServerLoads;
import io.lunette.core.load.LoadLedger;
import io.lunette.core.move.CatalogServerMoves;
import io.lunette.core.move.MoveLedger;
import io.lunette.core.move.MoveSteps;
import io.lunette.core.pool.Pools;
import io.lunette.core.power.CatalogRestarts;
import io.lunette.core.rollout.BootLedger;
import io.lunette.core.rollout.CatalogRollouts;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.ServerDependents;
import io.lunette.core.work.SingleFlight;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to do with running servers: their boots, loads, moves and groups, wired. */
final class WiredServers implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(WiredServers.class);
  static final MoveLedger MOVES = new MoveLedger();
  private static final LoadLedger LOADS = new LoadLedger();
  private static final BootLedger BOOTS = new BootLedger();

  final CatalogRestarts restarts;
  final CatalogServerMoves moves;
  final CatalogRollouts rollouts;
  final CatalogNetworkBoot networkBoot;
  final CatalogServerLoads loads;
  final CatalogBalancer balancer;
  private final SingleFlight sampling;

  WiredServers(
      CoreParts parts,
      CatalogServers servers,
      CatalogAllocations allocations,
      PortionExchange portions,
      AllocationLedger allocationLedger,
      ImageLedger images,
      Pools pools,
      CatalogAuditTrail audit) {
    var catalog = parts.catalog();
    var clock = parts.clock();
    this.restarts = new CatalogRestarts(catalog, servers, parts.power(), audit);
    this.moves =
        new CatalogServerMoves(
            catalog,
            servers,
            allocationLedger,
            images,
            MOVES,
            new MoveSteps(
                catalog, servers, allocations, portions, parts.power(), MOVES, audit, clock),
            audit,
            parts.workers());
    this.rollouts =
        new CatalogRollouts(
            catalog, servers, allocations, images, pools, BOOTS, moves, parts.load(), audit, clock);
    this.networkBoot = new CatalogNetworkBoot(servers, allocations, moves, rollouts);
    this.loads =
        new CatalogServerLoads(
            catalog, servers, allocationLedger, MOVES, LOADS, parts.load(), audit, clock);
    this.balancer =
        new CatalogBalancer(
            catalog,
            images,
            new BalanceSurvey(catalog, servers, allocations, loads, pools, MOVES, clock),
            moves,
            audit,
            clock,
            parts.workers());
    this.sampling = new SingleFlight("the sampling of loads", parts.workers(), this::sample);
  }

  /** What goes with a server that is removed, or forbids that. */
  static List<ServerDependents> dependents() {
    return List.of(MOVES, LOADS, BOOTS);
  }

  /** Knows again what was reported before, and goes on with moves. */
  void start() throws DomainException {
    loads.start();
    moves.resume();
  }

  /** What time alone may bring about. */
  void tick() {
    sampling.request();
    moves.resume();
    balancer.tick();
  }

  private void sample() {
    try {
      loads.sample();
    } catch (DomainException e) {
      LOG.warn("loads are sampled again later: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    balancer.close();
    moves.close();
    sampling.close();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.appliance.config.TimeSpan;
import io.lunette.core.DomainException;
import io.lunette.core.image.ImageName;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.pool.PoolStatus;
import io.lunette.core.pool.Pools;
import io.lunette.core.replica.ReplicaState;

/** Replica pools and their policies. */
final class PoolRoutes implements RouteSet {

  private final Pools pools;

  PoolRoutes(Pools pools) {
    this.pools = pools;
  }

  /** A pool as callers see it. */
  record View(
      String image,
      int ready,
      int building,
      int allocated,
      int returned,
      int scrubbing,
      int quarantined,
      int failed,
      Policy policy,
      String trouble) {

    static View of(PoolStatus pool) {
      return new View(
          pool.image().name().value(),
          pool.count(ReplicaState.READY),
          pool.count(ReplicaState.BUILDING),
          pool.count(ReplicaState.ALLOCATED),
          pool.count(ReplicaState.RETURNED),
          pool.count(ReplicaState.SCRUBBING),
          pool.count(ReplicaState.QUARANTINED),
          pool.count(ReplicaState.FAILED),
          new Policy(
              pool.policy().ready(),
              pool.policy().low(),
              pool.policy().scrubThreshold(),
              pool.policy().scrubAge().toSeconds()),
          pool.trouble().orElse(null));
    }
  }

  /** How it is kept. */
  record Policy(int ready, int low, int scrubThreshold, long scrubAgeSeconds) {}

  @Override
  public void addTo(Routes routes) {
    routes.get("/pools", call -> Reply.ok(pools.list().stream().map(View::of).toList()));
    routes.get("/pools/:image", call -> Reply.ok(View.of(pools.get(image(call)))));
    routes.put("/pools/:image", this::set);
  }

  private Reply set(Call call) throws BadRequestException, DomainException {
    PoolChange change =
        new PoolChange(
            call.optionalInt("ready"),
            call.optionalInt("low"),
            call.optionalInt("scrubThreshold"),
            call.optional("scrubAge", TimeSpan::parse));
    return Reply.ok(View.of(pools.set(call.actor(), image(call), change)));
  }

  private static ImageName image(Call call) {
    return new ImageName(call.path("image"));
  }
}

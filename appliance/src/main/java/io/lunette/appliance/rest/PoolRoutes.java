/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.appliance.config.TimeSpan;
import io.lunette.core.DomainException;
import io.lunette.core.image.ImageName;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.pool.PoolPolicy;
import io.lunette.core.pool.PoolStatus;
import io.lunette.core.pool.Pools;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.ErasePasses;
import java.util.Locale;

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
      String trouble,
      int imageVersion) {

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
          Policy.of(pool.policy()),
          pool.trouble().orElse(null),
          pool.image().version());
    }
  }

  /** How it is kept; a pattern, in hexadecimal, is there only for passes of one. */
  record Policy(
      int ready,
      int low,
      int scrubThreshold,
      long scrubAgeSeconds,
      String scrubMethod,
      String scrubPattern,
      int scrubPasses) {

    static Policy of(PoolPolicy policy) {
      ErasePasses passes = policy.scrub().passes();
      return new Policy(
          policy.ready(),
          policy.low(),
          policy.scrubThreshold(),
          policy.scrubAge().toSeconds(),
          policy.scrub().method().label(),
          passes.count() == 0 ? null : String.format(Locale.ROOT, "%02x", passes.pattern()),
          passes.count());
    }
  }

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
            call.optional("scrubAge", TimeSpan::parse),
            EraseFields.policy(call));
    return Reply.ok(View.of(pools.set(call.actor(), image(call), change)));
  }

  private static ImageName image(Call call) {
    return new ImageName(call.path("image"));
  }
}

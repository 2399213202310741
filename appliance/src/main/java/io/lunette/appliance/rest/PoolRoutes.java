/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.appliance.config.TimeSpan;
import io.lunette.core.DomainException;
import io.lunette.core.forecast.Forecast;
import io.lunette.core.forecast.ForecastTerms;
import io.lunette.core.image.ImageName;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.pool.PoolPolicy;
import io.lunette.core.pool.PoolStatus;
import io.lunette.core.pool.PoolTerms;
import io.lunette.core.pool.Pools;
import io.lunette.core.pool.RunningCopy;
import io.lunette.core.pool.ScrubHours;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.ErasePasses;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

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
      int imageVersion,
      int target,
      Learnt forecast,
      List<Copy> copies) {

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
          Policy.of(pool.policy(), pool.terms()),
          pool.trouble().orElse(null),
          pool.image().version(),
          pool.target(),
          pool.forecast().map(Learnt::of).orElse(null),
          pool.copies().stream().map(Copy::of).toList());
    }
  }

  /** What a forecast says and what it is from; {@code line} is all of it for a person. */
  record Learnt(
      int target,
      int model,
      int seen,
      int extra,
      double perHour,
      double leadSeconds,
      double dispersion,
      int requests,
      int missed,
      double missShare,
      String line) {

    static Learnt of(Forecast forecast) {
      return new Learnt(
          forecast.target(),
          forecast.model(),
          forecast.seen(),
          forecast.extra(),
          forecast.perHour(),
          forecast.lead().toMillis() / 1e3,
          forecast.dispersion(),
          forecast.arrivals(),
          forecast.missed(),
          forecast.missShare(),
          forecast.line());
    }
  }

  /** An independent replica that is being made. */
  record Copy(String replica, long doneBytes, long totalBytes) {

    static Copy of(RunningCopy copy) {
      return new Copy(
          copy.replica().value(), copy.progress().doneBytes(), copy.progress().totalBytes());
    }
  }

  /** How a pool came to its size, in full. */
  record Explanation(String image, int target, List<String> steps) {}

  /**
   * How it is kept; a pattern, in hexadecimal, is there only for passes of one, and what does not
   * hold is null.
   */
  record Policy(
      int ready,
      int low,
      int scrubThreshold,
      long scrubAgeSeconds,
      String scrubMethod,
      String scrubPattern,
      int scrubPasses,
      String kind,
      Long maxSpaceBytes,
      Double forecast,
      Integer min,
      Integer max,
      Long scrubDirtyBytes,
      String scrubHours) {

    static Policy of(PoolPolicy policy, PoolTerms terms) {
      ErasePasses passes = policy.scrub().passes();
      return new Policy(
          policy.ready(),
          policy.low(),
          policy.scrubThreshold(),
          policy.scrubAge().toSeconds(),
          terms.reformat() ? PoolTermsFields.REFORMAT : policy.scrub().method().label(),
          passes.count() == 0 ? null : String.format(Locale.ROOT, "%02x", passes.pattern()),
          passes.count(),
          terms.kind().name(),
          bound(terms.spaceMaxBytes()),
          terms.forecast().map(ForecastTerms::epsilon).orElse(null),
          terms.forecast().map(ForecastTerms::min).orElse(null),
          terms.forecast().map(ForecastTerms::max).orElse(null),
          bound(terms.scrubDirtyBytes()),
          terms.scrubHours().map(ScrubHours::toString).orElse(null));
    }

    private static Long bound(OptionalLong value) {
      return value.isPresent() ? value.getAsLong() : null;
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/pools", call -> Reply.ok(pools.list().stream().map(View::of).toList()));
    routes.get("/pools/:image", call -> Reply.ok(View.of(pools.get(image(call)))));
    routes.put("/pools/:image", this::set);
    routes.get("/pools/:image/explanation", call -> Reply.ok(explain(pools.get(image(call)))));
  }

  private Reply set(Call call) throws BadRequestException, DomainException {
    PoolChange change =
        new PoolChange(
            call.optionalInt("ready"),
            call.optionalInt("low"),
            call.optionalInt("scrubThreshold"),
            call.optional("scrubAge", TimeSpan::parse),
            EraseFields.policy(call),
            PoolTermsFields.change(call));
    return Reply.ok(View.of(pools.set(call.actor(), image(call), change)));
  }

  private static Explanation explain(PoolStatus pool) {
    List<String> steps =
        pool.forecast()
            .map(Forecast::explain)
            .orElseGet(
                () ->
                    List.of(
                        "marks: "
                            + pool.policy().ready()
                            + " are kept ready, and a refill begins below "
                            + pool.policy().low(),
                        "'lunette pool set "
                            + pool.image().name()
                            + " --forecast 0.01' learns the number from demand"));
    return new Explanation(pool.image().name().value(), pool.target(), steps);
  }

  private static ImageName image(Call call) {
    return new ImageName(call.path("image"));
  }
}

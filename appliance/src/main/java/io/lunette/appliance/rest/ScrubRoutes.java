/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.image.ImageName;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.scrub.ReturnedPool;
import io.lunette.core.scrub.RunningScrub;
import io.lunette.core.scrub.ScrubRecord;
import io.lunette.core.scrub.ScrubStatus;
import io.lunette.core.scrub.Scrubs;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.EraseReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/** The returned pool and what was erased of it. */
final class ScrubRoutes implements RouteSet {

  private final Scrubs scrubs;

  ScrubRoutes(Scrubs scrubs) {
    this.scrubs = scrubs;
  }

  /** Everything that waits or runs; the limit is null where none was set while it ran. */
  record Status(
      List<Pool> pools, List<Running> running, boolean paused, Long limitBytesPerSecond) {}

  /** The returned replicas of one image. */
  record Pool(
      String image,
      int returned,
      int scrubbing,
      int quarantined,
      String oldestReturned,
      int threshold,
      long ageSeconds) {

    static Pool of(ReturnedPool pool) {
      return new Pool(
          pool.image().value(),
          pool.returned(),
          pool.scrubbing(),
          pool.quarantined(),
          pool.oldestReturned().map(Instant::toString).orElse(null),
          pool.threshold(),
          pool.age().toSeconds());
    }
  }

  /** One scrub under way. */
  record Running(String replica, int attempt, long doneBytes, long totalBytes) {

    static Running of(RunningScrub scrub) {
      return new Running(
          scrub.replica().value(),
          scrub.attempt(),
          scrub.progress().doneBytes(),
          scrub.progress().totalBytes());
    }
  }

  /** The record of one finished scrub. */
  record Ended(
      String id,
      String replica,
      String image,
      Integer imageVersion,
      String tenant,
      String server,
      String outcome,
      int attempts,
      String recorded,
      String message,
      Erase erase) {

    static Ended of(ScrubRecord scrub) {
      return new Ended(
          scrub.id().toString(),
          scrub.replica().value(),
          scrub.image().name().value(),
          scrub.image().version().isPresent() ? scrub.image().version().getAsInt() : null,
          scrub.tenant().map(TenantName::value).orElse(null),
          scrub.server().map(ServerName::value).orElse(null),
          scrub.outcome().name(),
          scrub.attempts(),
          scrub.recorded().toString(),
          scrub.message(),
          scrub.erase().map(Erase::of).orElse(null));
    }
  }

  /** What the driver did. */
  record Erase(
      String volumeUuid,
      String method,
      int passes,
      String claim,
      boolean verify,
      int verifiedPartsPerMillion,
      long seed,
      long extents,
      long erasedBytes,
      long verifiedBytes,
      String verification,
      String device,
      String started,
      String ended,
      String key) {

    static Erase of(EraseReport report) {
      return new Erase(
          report.volumeId().map(UUID::toString).orElse(null),
          report.request().method().name(),
          report.passes(),
          report.claim().name(),
          !report.request().sample().isNone(),
          report.request().sample().partsPerMillion(),
          report.request().sample().seed(),
          report.extents(),
          report.erasedBytes(),
          report.verifiedBytes(),
          report.verification(),
          report.device(),
          report.started().toString(),
          report.ended().toString(),
          report.key().orElse(null));
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/scrubs", call -> Reply.ok(status(scrubs.status())));
    routes.post("/scrubs", this::run);
    routes.put("/scrubs", this::set);
    routes.get("/replicas/:name/scrubs", this::records);
    routes.post("/replicas/:name/scrub", this::retry);
  }

  private static Status status(ScrubStatus status) {
    return new Status(
        status.pools().stream().map(Pool::of).toList(),
        status.running().stream().map(Running::of).toList(),
        status.paused(),
        status.limitBytesPerSecond().isPresent() ? status.limitBytesPerSecond().getAsLong() : null);
  }

  private Reply run(Call call) throws BadRequestException, DomainException {
    int started = scrubs.run(call.actor(), call.optional("image", ImageName::new));
    return Reply.accepted(Map.of("started", started, "paused", scrubs.status().paused()));
  }

  private Reply set(Call call) throws BadRequestException, DomainException {
    OptionalLong limit =
        call.isText("limit", "none") ? OptionalLong.of(0) : call.optionalSize("limit");
    if (limit.isPresent()) {
      scrubs.limit(call.actor(), limit.getAsLong());
    }
    if (call.has("paused")) {
      if (call.flag("paused")) {
        scrubs.pause(call.actor());
      } else {
        scrubs.resume(call.actor());
      }
    }
    return Reply.ok(status(scrubs.status()));
  }

  private Reply records(Call call) throws DomainException {
    return Reply.ok(
        scrubs.records(new ReplicaName(call.path("name"))).stream().map(Ended::of).toList());
  }

  private Reply retry(Call call) throws DomainException {
    scrubs.retry(call.actor(), new ReplicaName(call.path("name")));
    return Reply.accepted(Map.of("started", 1));
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lunette.appliance.config.ByteSize;
import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocatedLun;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.allocation.AllocationPath;
import io.lunette.core.allocation.AllocationRequest;
import io.lunette.core.allocation.Allocations;
import io.lunette.core.allocation.ReleaseOutcome;
import io.lunette.core.image.ImageName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.AccessMode;
import java.util.List;
import java.util.OptionalLong;

/** Replicas handed to servers and taken back. */
final class AllocationRoutes implements RouteSet {

  private final Allocations allocations;

  AllocationRoutes(Allocations allocations) {
    this.allocations = allocations;
  }

  /** An allocation as callers see it; {@code path} and {@code why} when one is asked for. */
  record View(
      String server,
      String tenant,
      String image,
      String replica,
      String portal,
      String target,
      int lun,
      String url,
      String state,
      String initiator,
      String since,
      int imageVersion,
      List<Lun> luns,
      @JsonInclude(JsonInclude.Include.NON_NULL) String path,
      @JsonInclude(JsonInclude.Include.NON_NULL) String why) {

    static View of(Allocation allocation) {
      return of(allocation, null);
    }

    static View of(AllocationOutcome.Allocated outcome) {
      return of(outcome.allocation(), outcome.path());
    }

    private static View of(Allocation allocation, AllocationPath path) {
      return new View(
          allocation.server().value(),
          allocation.tenant().value(),
          allocation.image().value(),
          allocation.replica().value(),
          allocation.mapping().portal(),
          allocation.mapping().target(),
          allocation.mapping().lun(),
          allocation.mapping().url(),
          allocation.state().name(),
          allocation.mapping().initiator().value(),
          allocation.since().toString(),
          allocation.imageVersion(),
          allocation.luns().stream()
              .map(lun -> Lun.of(lun, lun.mapping().equals(allocation.boot())))
              .toList(),
          path == null ? null : path.label(),
          path == null ? null : path.why());
    }
  }

  /** A logical unit of an allocation; {@code boot} is true for the one that the server boots. */
  record Lun(String role, int lun, String url, String access, boolean boot) {

    static Lun of(AllocatedLun lun, boolean boot) {
      return new Lun(
          lun.role().name(),
          lun.mapping().lun(),
          lun.mapping().url(),
          lun.role().mode() == AccessMode.READ_ONLY ? "read-only" : "read-write",
          boot);
    }
  }

  /** What a release took back; without a replica when there was nothing to take. */
  record Released(
      String server, String tenant, String image, String replica, String state, String since) {}

  @Override
  public void addTo(Routes routes) {
    routes.get("/allocations", this::list);
    routes.post("/allocations", this::allocate);
    routes.delete("/allocations/:server", this::release);
  }

  private Reply list(Call call) throws DomainException {
    List<Allocation> page =
        allocations.page(call.query("after").map(ServerName::new), call.limit(Pages.LIMIT_MAX));
    return Pages.of(call, page, each -> each.server().value(), View::of);
  }

  private Reply allocate(Call call) throws BadRequestException, DomainException {
    AllocationOutcome outcome =
        allocations.allocate(
            call.actor(),
            new AllocationRequest(
                new ServerName(call.text("server")),
                new TenantName(call.text("tenant")),
                new ImageName(call.text("image")),
                call.flag("make"),
                call.requestKey(),
                OptionalLong.empty()));
    return switch (outcome.kind()) {
      case ALLOCATED -> allocated((AllocationOutcome.Allocated) outcome);
      case NO_REPLICA_READY -> noneReady((AllocationOutcome.NoReplicaReady) outcome);
      case SERVER_BUSY -> busy((AllocationOutcome.ServerBusy) outcome);
      case QUOTA_REACHED -> quota((AllocationOutcome.QuotaReached) outcome);
    };
  }

  private static Reply allocated(AllocationOutcome.Allocated outcome) {
    View view = View.of(outcome);
    return outcome.repeated() ? Reply.ok(view) : Reply.created(view);
  }

  private static Reply noneReady(AllocationOutcome.NoReplicaReady outcome) {
    String detail =
        "no replica of image '"
            + outcome.image()
            + "' is ready ("
            + outcome.building()
            + " building, "
            + outcome.returned()
            + " returned); try again, ask with --make for one to be made, or raise 'lunette pool"
            + " set "
            + outcome.image()
            + " --ready N'";
    return new Reply(409, Problem.of(409, "no-replica-ready", detail));
  }

  private static Reply quota(AllocationOutcome.QuotaReached outcome) {
    String has =
        switch (outcome.quota()) {
          case SERVERS ->
              "servers " + outcome.used() + " of at most " + outcome.most() + "; release one, or";
          case SPACE ->
              "space "
                  + new ByteSize(outcome.used()).forPeople()
                  + " of at most "
                  + new ByteSize(outcome.most()).forPeople()
                  + "; release a server, or";
        };
    String detail =
        "tenant '"
            + outcome.tenant()
            + "' has reached its quota: "
            + has
            + " raise it with 'lunette tenant set "
            + outcome.tenant()
            + "'";
    return new Reply(403, Problem.of(403, "quota-reached", detail));
  }

  private static Reply busy(AllocationOutcome.ServerBusy outcome) {
    String detail =
        "server '"
            + outcome.server()
            + "' holds replica "
            + outcome.replica()
            + " of image '"
            + outcome.image()
            + "' for tenant '"
            + outcome.tenant()
            + "'; release it first";
    return new Reply(409, Problem.of(409, "server-busy", detail));
  }

  private Reply release(Call call) throws DomainException {
    ReleaseOutcome outcome =
        allocations.release(call.actor(), new ServerName(call.path("server")), call.requestKey());
    return switch (outcome.kind()) {
      case RELEASED -> Reply.ok(released((ReleaseOutcome.Released) outcome));
      case NOTHING_HELD ->
          Reply.ok(new Released(call.path("server"), null, null, null, "NOTHING_HELD", null));
    };
  }

  private static Released released(ReleaseOutcome.Released outcome) {
    return new Released(
        outcome.server().value(),
        outcome.tenant().value(),
        outcome.image().value(),
        outcome.replica().value(),
        "RETURNED",
        outcome.returnedAt().toString());
  }
}

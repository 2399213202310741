/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import java.util.UUID;

/** Long operations: where they stand, and how to end them early. */
final class JobRoutes implements RouteSet {

  private final JobRegistry jobs;

  JobRoutes(JobRegistry jobs) {
    this.jobs = jobs;
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/jobs", call -> Reply.ok(jobs.list()));
    routes.get("/jobs/:id", call -> Reply.ok(get(id(call))));
    routes.delete("/jobs/:id", this::cancel);
  }

  private Reply cancel(Call call) throws DomainException {
    UUID id = id(call);
    JobRegistry.View job = get(id);
    if (!jobs.cancel(id)) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          job.state() == JobRegistry.State.RUNNING
              ? "job '" + id + "', a " + job.kind() + ", cannot be cancelled: it goes on to its end"
              : "job '" + id + "' has ended: " + job.state());
    }
    return Reply.accepted(get(id));
  }

  private JobRegistry.View get(UUID id) throws DomainException {
    return jobs.find(id).orElseThrow(() -> unknown(id.toString()));
  }

  private static UUID id(Call call) throws DomainException {
    String id = call.path("id");
    try {
      return UUID.fromString(id);
    } catch (IllegalArgumentException e) {
      throw unknown(id);
    }
  }

  private static DomainException unknown(String id) {
    return new DomainException(DomainException.Kind.NOT_FOUND, "no job '" + id + "'");
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.scrub.CertifiedErase;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.smis.provider.JobBook;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The registry of jobs as SMI-S sees it. Thread-safe. */
public final class SmisJobs implements JobBook {

  private final JobRegistry registry;

  public SmisJobs(JobRegistry registry) {
    this.registry = registry;
  }

  @Override
  public Entry add(String kind, String subject, Job<?> job) {
    JobRegistry.View view = registry.add(kind, subject, job, SmisJobs::result);
    return find(view.id()).orElseThrow();
  }

  private static Object result(Object value) {
    if (value instanceof VolumeInfo volume) {
      return VolumeRoutes.View.of(volume);
    }
    return value instanceof CertifiedErase erase ? VolumeErases.Erased.of(erase) : null;
  }

  @Override
  public Duration kept() {
    return JobRegistry.KEPT;
  }

  @Override
  public List<Entry> list() {
    return registry.list().stream().map(this::entry).toList();
  }

  @Override
  public Optional<Entry> find(String id) {
    return uuid(id).flatMap(registry::find).map(this::entry);
  }

  @Override
  public boolean cancel(String id) {
    return uuid(id).map(registry::cancel).orElse(false);
  }

  @Override
  public boolean remove(String id) {
    return uuid(id).map(registry::remove).orElse(false);
  }

  private static Optional<UUID> uuid(String id) {
    try {
      return Optional.of(UUID.fromString(id));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Entry entry(JobRegistry.View view) {
    return new Entry(
        view.id(),
        view.kind(),
        view.subject(),
        State.valueOf(view.state().name()),
        view.doneBytes(),
        view.totalBytes(),
        java.time.Instant.parse(view.started()),
        registry.ended(UUID.fromString(view.id())),
        view.problem() == null ? "" : view.problem().detail());
  }
}

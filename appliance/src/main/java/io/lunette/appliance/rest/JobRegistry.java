/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.volume.Job;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Jobs that callers may ask after, newest last. Keeps so many that have ended; those that run are
 * never dropped. Thread-safe. Ids do not outlive the process: asking for the operation again joins
 * it.
 */
public final class JobRegistry {

  /** How long a job that has ended is kept at least, unless more than {@link #ENDED_MAX} have. */
  static final Duration KEPT = Duration.ofMinutes(5);

  /** So many that have ended are kept at most: those that ended last. */
  static final int ENDED_MAX = 10_000;

  /** So many of them however long ago that was. */
  private static final int ENDED_KEPT = 500;

  private final Clock clock;
  private final Map<UUID, Entry> entries = new LinkedHashMap<>();

  public JobRegistry(Clock clock) {
    this.clock = clock;
  }

  /** Where a job stands. */
  enum State {
    RUNNING,
    DONE,
    FAILED,
    CANCELLED
  }

  /** A job as callers see it; {@code cancellable} says whether it can be ended early now. */
  record View(
      String id,
      String kind,
      String subject,
      State state,
      boolean cancellable,
      long doneBytes,
      long totalBytes,
      String started,
      Object result,
      Problem problem) {}

  /** Takes a job in; {@code view} turns its value into what callers see. */
  <T> View add(String kind, String subject, Job<T> job, Function<T, Object> view) {
    CompletableFuture<Object> outcome = job.result().thenApply(view).toCompletableFuture();
    Entry entry =
        new Entry(
            UUID.randomUUID(),
            kind,
            subject,
            job,
            outcome,
            clock.instant(),
            outcome.handle((value, failure) -> clock.instant()));
    synchronized (entries) {
      trim();
      entries.put(entry.id(), entry);
    }
    return entry.view();
  }

  Optional<View> find(UUID id) {
    synchronized (entries) {
      return Optional.ofNullable(entries.get(id)).map(Entry::view);
    }
  }

  List<View> list() {
    List<Entry> all;
    synchronized (entries) {
      all = new ArrayList<>(entries.values());
    }
    return all.stream().map(Entry::view).toList();
  }

  /** How many are under way. */
  public int running() {
    return (int) list().stream().filter(view -> view.state() == State.RUNNING).count();
  }

  /** Asks a job to end early; whether it is one that can. */
  boolean cancel(UUID id) {
    Entry entry;
    synchronized (entries) {
      entry = entries.get(id);
    }
    if (entry == null || !entry.view().cancellable()) {
      return false;
    }
    entry.job().cancel();
    return true;
  }

  /** When a job ended; empty while it runs and for one that is not known. */
  Optional<Instant> ended(UUID id) {
    synchronized (entries) {
      return Optional.ofNullable(entries.get(id))
          .filter(entry -> entry.ended().isDone())
          .map(entry -> entry.ended().join());
    }
  }

  /** Forgets a job that has ended; whether there was one. */
  boolean remove(UUID id) {
    synchronized (entries) {
      Entry entry = entries.get(id);
      return entry != null && entry.outcome().isDone() && entries.remove(id, entry);
    }
  }

  private void trim() {
    Instant old = clock.instant().minus(KEPT);
    List<Entry> ended = entries.values().stream().filter(each -> each.ended().isDone()).toList();
    long longAgo = ended.stream().filter(each -> each.ended().join().isBefore(old)).count();
    long surplus = Math.max(longAgo - ENDED_KEPT, ended.size() - ENDED_MAX);
    if (surplus > 0) {
      ended.stream()
          .sorted(Comparator.comparing(each -> each.ended().join()))
          .limit(surplus)
          .forEach(each -> entries.remove(each.id()));
    }
  }

  private record Entry(
      UUID id,
      String kind,
      String subject,
      Job<?> job,
      CompletableFuture<Object> outcome,
      Instant started,
      CompletableFuture<Instant> ended) {

    View view() {
      Job.Progress progress = job.progress();
      if (!outcome.isDone()) {
        return view(State.RUNNING, progress, null, null);
      }
      try {
        return view(State.DONE, progress, outcome.join(), null);
      } catch (CancellationException e) {
        return view(State.CANCELLED, progress, null, null);
      } catch (CompletionException e) {
        return e.getCause() instanceof CancellationException
            ? view(State.CANCELLED, progress, null, null)
            : view(State.FAILED, progress, null, ProblemMapping.of(e.getCause()));
      }
    }

    private View view(State state, Job.Progress progress, Object result, Problem problem) {
      return new View(
          id.toString(),
          kind,
          subject,
          state,
          state == State.RUNNING && job.isCancellable(),
          progress.doneBytes(),
          progress.totalBytes(),
          started.toString(),
          result,
          problem);
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider;

import io.lunette.core.volume.Job;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/** Jobs in memory. */
public final class MemoryJobBook implements JobBook {

  private record Kept(
      String id,
      String kind,
      String subject,
      Job<?> job,
      CompletableFuture<?> end,
      Instant began) {}

  private final List<Kept> kept = new ArrayList<>();

  @Override
  public Duration kept() {
    return Duration.ofMinutes(5);
  }

  @Override
  public synchronized Entry add(String kind, String subject, Job<?> job) {
    Kept entry =
        new Kept(
            UUID.randomUUID().toString(),
            kind,
            subject,
            job,
            job.result().toCompletableFuture(),
            Clock.systemUTC().instant());
    kept.add(entry);
    return view(entry);
  }

  private static Entry view(Kept entry) {
    Job.Progress progress = entry.job().progress();
    State state = State.RUNNING;
    String problem = "";
    if (entry.end().isCompletedExceptionally()) {
      Throwable cause = entry.end().handle((value, failure) -> failure).join();
      Throwable root = cause.getCause() == null ? cause : cause.getCause();
      state = root instanceof CancellationException ? State.CANCELLED : State.FAILED;
      problem = state == State.FAILED ? root.getMessage() : "";
    } else if (entry.end().isDone()) {
      state = State.DONE;
    }
    return new Entry(
        entry.id(),
        entry.kind(),
        entry.subject(),
        state,
        progress.doneBytes(),
        progress.totalBytes(),
        entry.began(),
        state == State.RUNNING ? Optional.empty() : Optional.of(entry.began()),
        problem);
  }

  @Override
  public synchronized List<Entry> list() {
    return kept.stream().map(MemoryJobBook::view).toList();
  }

  @Override
  public synchronized Optional<Entry> find(String id) {
    return list().stream().filter(entry -> entry.id().equals(id)).findFirst();
  }

  @Override
  public synchronized boolean cancel(String id) {
    Optional<Kept> found = kept.stream().filter(entry -> entry.id().equals(id)).findFirst();
    found.ifPresent(entry -> entry.job().cancel());
    return found.isPresent();
  }

  @Override
  public synchronized boolean remove(String id) {
    return kept.removeIf(entry -> entry.id().equals(id) && entry.end().isDone());
  }
}

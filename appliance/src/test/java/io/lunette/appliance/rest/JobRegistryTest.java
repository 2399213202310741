/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.Job;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class JobRegistryTest {

  private final JobRegistry jobs =
      new JobRegistry(Clock.fixed(Instant.parse("2026-11-26T00:00:00Z"), ZoneOffset.UTC));

  @Test
  void aJobThatRunsIsCancelledAndOneThatHasEndedIsNot() {
    Operation operation = new Operation(true);
    UUID id = add(operation);

    assertThat(jobs.find(id).orElseThrow().cancellable()).isTrue();
    assertThat(jobs.cancel(id)).isTrue();

    JobRegistry.View ended = jobs.find(id).orElseThrow();
    assertThat(ended.state()).isEqualTo(JobRegistry.State.CANCELLED);
    assertThat(ended.cancellable()).isFalse();
    assertThat(jobs.cancel(id)).isFalse();
  }

  @Test
  void aJobThatHasToComeToItsEndIsNotCancelled() {
    Operation operation = new Operation(false);
    UUID id = add(operation);

    assertThat(jobs.cancel(id)).isFalse();
    operation.result.complete("done");

    assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(JobRegistry.State.DONE);
  }

  @Test
  void aJobThatIsNotKnownIsNotCancelled() {
    assertThat(jobs.cancel(UUID.randomUUID())).isFalse();
  }

  private UUID add(Operation operation) {
    return UUID.fromString(jobs.add("volume-copy", "own", operation, value -> value).id());
  }

  /** Ends when it is cancelled, if it can be. */
  private static final class Operation implements Job<String> {

    final CompletableFuture<String> result = new CompletableFuture<>();
    private final boolean cancellable;

    Operation(boolean cancellable) {
      this.cancellable = cancellable;
    }

    @Override
    public Progress progress() {
      return new Progress(0, 1);
    }

    @Override
    public boolean isCancellable() {
      return cancellable;
    }

    @Override
    public void cancel() {
      result.cancel(false);
    }

    @Override
    public CompletionStage<String> result() {
      return result.minimalCompletionStage();
    }
  }
}

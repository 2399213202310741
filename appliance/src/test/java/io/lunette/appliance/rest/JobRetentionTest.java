/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.Job;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** How long jobs are remembered. */
class JobRetentionTest {

  private static final int MANY = 1200;

  /** Time that passes when it is told to. */
  private static final class SetClock extends Clock {
    private Instant now = Instant.EPOCH;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private static final Job<String> ENDED = job(CompletableFuture.completedStage("done"));

  private static Job<String> job(CompletionStage<String> result) {
    return new Job<>() {
      @Override
      public CompletionStage<String> result() {
        return result;
      }

      @Override
      public Progress progress() {
        return new Progress(1, 1);
      }

      @Override
      public void cancel() {}
    };
  }

  private final SetClock clock = new SetClock();
  private final JobRegistry registry = new JobRegistry(clock);

  private void add(int jobs) {
    for (int i = 0; i < jobs; i++) {
      JobRegistry.View unused = registry.add("test", "it", ENDED, value -> value);
    }
  }

  @Test
  void whatEndedIsKeptForFiveMinutesHoweverMuchThereIs() {
    add(MANY);
    clock.now = clock.now.plus(JobRegistry.KEPT);

    add(1);

    assertThat(registry.list()).hasSize(MANY + 1);
  }

  @Test
  void ofWhatEndedLongAgoTheLast500AreKept() {
    add(MANY);
    clock.now = clock.now.plus(JobRegistry.KEPT).plus(Duration.ofMillis(1));

    add(1);

    assertThat(registry.list()).hasSize(500 + 1);
  }

  @Test
  void beyondABoundWhatEndedFirstGoesAndWhatRunsStays() {
    CompletableFuture<String> running = new CompletableFuture<>();
    CompletableFuture<String> late = new CompletableFuture<>();
    JobRegistry.View first = registry.add("test", "running", job(running), value -> value);
    JobRegistry.View second = registry.add("test", "late", job(late), value -> value);
    JobRegistry.View third = registry.add("test", "it", ENDED, value -> value);
    clock.now = clock.now.plus(Duration.ofSeconds(1));
    add(JobRegistry.ENDED_MAX - 1);
    clock.now = clock.now.plus(Duration.ofSeconds(1));
    late.complete("done");

    add(1);

    assertThat(registry.find(UUID.fromString(first.id()))).isPresent();
    assertThat(registry.find(UUID.fromString(second.id()))).isPresent();
    assertThat(registry.find(UUID.fromString(third.id()))).isEmpty();
    assertThat(registry.list()).hasSize(1 + JobRegistry.ENDED_MAX + 1);
  }
}

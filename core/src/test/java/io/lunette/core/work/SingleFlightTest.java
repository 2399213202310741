/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SingleFlightTest {

  private final Deque<Runnable> due = new ArrayDeque<>();
  private int runs;

  @Test
  void aRequestMeanwhileIsOneMoreRun() {
    SingleFlight flight = new SingleFlight("test", due::add, () -> runs++);

    flight.request();
    flight.request();
    due.remove().run();

    assertThat(due).isEmpty();
    assertThat(runs).isEqualTo(2);
  }

  @Test
  void aRunThatEndsInAnErrorIsFollowedByTheOneThatWasAskedFor() {
    AtomicBoolean fails = new AtomicBoolean(true);
    SingleFlight flight =
        new SingleFlight(
            "test",
            due::add,
            () -> {
              runs++;
              if (fails.getAndSet(false)) {
                throw new StackOverflowError("a want of stack");
              }
            });
    flight.request();
    flight.request();

    due.remove().run();

    assertThat(runs).isEqualTo(2);
  }

  @Test
  void aRunWhoseErrorCannotBeLoggedIsNotTheLast() {
    AtomicBoolean fails = new AtomicBoolean(true);
    SingleFlight flight =
        new SingleFlight(
            "test",
            due::add,
            () -> {
              runs++;
              if (fails.getAndSet(false)) {
                throw new UnloggableError();
              }
            });
    flight.request();
    flight.request();
    assertThatThrownBy(due.remove()::run).isInstanceOf(UnloggableError.class);

    flight.request();
    due.remove().run();

    assertThat(runs).isEqualTo(2);
  }

  @Test
  void oneForWhichThereWasNeitherThreadNorLogRunsWhenItIsNextAskedFor() {
    AtomicBoolean threadless = new AtomicBoolean(true);
    SingleFlight flight =
        new SingleFlight(
            "test",
            task -> {
              if (threadless.getAndSet(false)) {
                throw new UnloggableError();
              }
              due.add(task);
            },
            () -> runs++);
    assertThatThrownBy(flight::request).isInstanceOf(UnloggableError.class);

    flight.request();
    due.remove().run();

    assertThat(runs).isEqualTo(1);
  }

  @Test
  void oneThatWasRejectedRunsWhenItIsNextAskedFor() {
    AtomicBoolean rejects = new AtomicBoolean(true);
    SingleFlight[] flight = new SingleFlight[1];
    flight[0] =
        new SingleFlight(
            "test",
            task -> {
              if (rejects.getAndSet(false)) {
                flight[0].request();
                throw new RejectedExecutionException("full");
              }
              due.add(task);
            },
            () -> runs++);

    flight[0].request();
    flight[0].request();
    due.remove().run();

    assertThat(runs).isEqualTo(1);
  }

  @Test
  void oneForWhichThereWasNoThreadRunsWhenItIsNextAskedFor() {
    AtomicBoolean threadless = new AtomicBoolean(true);
    SingleFlight flight =
        new SingleFlight(
            "test",
            task -> {
              if (threadless.getAndSet(false)) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              due.add(task);
            },
            () -> runs++);

    flight.request();
    flight.request();
    due.remove().run();

    assertThat(runs).isEqualTo(1);
  }

  @Test
  void nothingRunsOnceItIsClosed() {
    SingleFlight flight = new SingleFlight("test", due::add, () -> runs++);

    flight.close();
    flight.request();

    assertThat(due).isEmpty();
  }
}

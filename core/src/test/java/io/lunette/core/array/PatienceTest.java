/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.volume.VolumeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long an array is waited for, and when no more. */
class PatienceTest {

  private static final ArrayName NAME = new ArrayName("basement");

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Patience patience = new Patience(NAME, threads, Duration.ofMillis(50));
  private final Patience longer = new Patience(NAME, threads, Duration.ofMinutes(5));
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void stop() {
    gate.countDown();
    threads.shutdownNow();
  }

  private String whenOpen() {
    try {
      gate.await();
      return "open";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private void assertUnanswered(Patience.Question<?> question) {
    assertThatThrownBy(() -> patience.ask(question))
        .isInstanceOf(VolumeException.class)
        .hasMessage("array 'basement' does not answer; it is asked again");
  }

  @Test
  void anAnswerIsWaitedFor() throws Exception {
    assertThat(longer.ask(() -> "yes")).isEqualTo("yes");
  }

  @Test
  void whatAQuestionEndsInIsTold() {
    assertThatThrownBy(
            () ->
                longer.ask(
                    () -> {
                      throw new VolumeException(VolumeException.Kind.BUSY, "it is busy");
                    }))
        .isInstanceOfSatisfying(
            VolumeException.class, e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.BUSY))
        .hasMessage("it is busy");
  }

  @Test
  void aSilentArrayIsAskedOneQuestionAtATimeAndAnswersEndTheSilence() throws Exception {
    CompletableFuture<String> first = new CompletableFuture<>();
    assertUnanswered(() -> first.complete(whenOpen()));
    AtomicInteger others = new AtomicInteger();
    for (int i = 0; i < 3; i++) {
      assertUnanswered(others::incrementAndGet);
    }

    gate.countDown();

    assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo("open");
    assertThat(others).hasValue(0);
    assertThat(answered()).isEqualTo("yes");
  }

  /** The answer, once the end of the silence has been noticed. */
  private String answered() throws InterruptedException {
    while (true) {
      try {
        return patience.ask(() -> "yes");
      } catch (VolumeException e) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }
  }
}

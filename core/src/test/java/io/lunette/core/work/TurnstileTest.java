/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TurnstileTest {

  private static final Duration FOR_EVER = Duration.ofMinutes(5);

  @Test
  void soManyAreLetInAndTheNextIsRefused() {
    Turnstile turnstile = new Turnstile(2, Duration.ZERO);

    assertThat(turnstile.enter()).isTrue();
    assertThat(turnstile.enter()).isTrue();
    assertThat(turnstile.enter()).isFalse();
    turnstile.leave();
    assertThat(turnstile.enter()).isTrue();
  }

  @Test
  void whoeverWaitsComesInWhenSomebodyLeaves() throws Exception {
    Turnstile turnstile = new Turnstile(1, FOR_EVER);
    assertThat(turnstile.enter()).isTrue();
    CompletableFuture<Boolean> next = CompletableFuture.supplyAsync(turnstile::enter);

    turnstile.leave();

    assertThat(next.get(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void afterOneHasWaitedInVainTheNextAreAdmittedOnceSomebodyHasLeft() {
    Turnstile turnstile = new Turnstile(1, Duration.ofMillis(20));
    assertThat(turnstile.enter()).isTrue();
    assertThat(turnstile.enter()).isFalse();
    assertThat(turnstile.enter()).isFalse();

    turnstile.leave();

    assertThat(turnstile.enter()).isTrue();
  }

  @Test
  void onlyWhatACallerWaitsForIsACallersWork() throws Exception {
    assertThat(CallerWork.isOne()).isFalse();
    assertThat(CallerWork.<Boolean>run(CallerWork::isOne)).isTrue();
    assertThat(CallerWork.isOne()).isFalse();
  }
}

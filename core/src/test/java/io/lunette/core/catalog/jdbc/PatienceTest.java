/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PatienceTest {

  private final AtomicLong now = new AtomicLong();

  @Test
  void noneAtAllDoesNotTryAgain() {
    assertThat(new Patience(Duration.ZERO, now::get).begin().goesOn()).isFalse();
  }

  @Test
  void itEndsWhenTheTimeIsOver() {
    Patience.Wait wait = new Patience(Duration.ofSeconds(20), now::get).begin();

    assertThat(wait.goesOn()).isTrue();
    now.set(Duration.ofSeconds(19).toNanos());
    assertThat(wait.goesOn()).isTrue();
    now.set(Duration.ofSeconds(20).toNanos());
    assertThat(wait.goesOn()).isFalse();
  }

  @Test
  void itEndsWithTheCatalog() {
    Patience patience = new Patience(Duration.ofSeconds(20), now::get);
    patience.end();

    assertThat(patience.begin().goesOn()).isFalse();
  }
}

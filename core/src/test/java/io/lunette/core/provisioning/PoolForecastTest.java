/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.DomainException;
import io.lunette.core.forecast.Forecast;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.pool.PoolStatus;
import io.lunette.core.pool.PoolTermsChange;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools whose size is learnt. */
final class PoolForecastTest {

  private static final int SERVERS = 12;

  @TempDir private Path directory;
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(0);
    for (int i = 0; i < SERVERS; i++) {
      fixture.addServer(server(i));
    }
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static ServerName server(int number) {
    return new ServerName("burst" + number);
  }

  private void forecast(double epsilon, int min, int max) throws DomainException {
    PoolStatus unused =
        fixture
            .core
            .pools()
            .set(OPERATOR, WEB, PoolChange.terms(PoolTermsChange.forecast(epsilon, min, max)));
  }

  private PoolStatus pool() throws DomainException {
    return fixture.core.pools().get(WEB);
  }

  private void burst() throws Exception {
    for (int i = 0; i < SERVERS; i++) {
      fixture.allocate(server(i));
    }
    for (int i = 0; i < SERVERS; i++) {
      fixture.core.allocations().release(OPERATOR, server(i));
    }
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
  }

  @Test
  void poolThatHasLearntOfBurstsIsReadyForTheNext() throws Exception {
    forecast(0.01, 1, 64);
    assertThat(pool().count(ReplicaState.READY)).isEqualTo(1);

    for (int i = 0; i < 5; i++) {
      burst();
      fixture.clock.advance(Duration.ofHours(1));
      fixture.core.tick();
    }

    Forecast learnt = pool().forecast().orElseThrow();
    assertThat(learnt.arrivals()).isEqualTo(5 * SERVERS);
    assertThat(learnt.target()).isGreaterThanOrEqualTo(SERVERS);
    assertThat(pool().count(ReplicaState.READY)).isGreaterThanOrEqualTo(learnt.target());
  }

  @Test
  void whatWasLearntOutlivesARestart() throws Exception {
    forecast(0.01, 1, 64);
    burst();
    fixture.clock.advance(Duration.ofHours(1));
    Forecast before = pool().forecast().orElseThrow();

    fixture.crashAndStart();

    Forecast after = pool().forecast().orElseThrow();
    assertThat(after.target()).isEqualTo(before.target());
    assertThat(after.arrivals()).isEqualTo(before.arrivals());
    assertThat(after.missed()).isEqualTo(before.missed());
    assertThat(after.seen()).isEqualTo(before.seen());
  }

  @Test
  void demandThatHasGoneGivesReplicasUpAgain() throws Exception {
    forecast(0.01, 2, 64);
    burst();
    fixture.core.tick();
    assertThat(pool().count(ReplicaState.READY)).isGreaterThanOrEqualTo(SERVERS);

    fixture.clock.advance(Duration.ofDays(30));
    fixture.core.tick();

    assertThat(pool().target()).isLessThanOrEqualTo(pool().forecast().orElseThrow().extra() + 2);
    assertThat(pool().count(ReplicaState.READY)).isLessThan(SERVERS);
  }

  @Test
  void serverThatAsksAgainAndAgainHasAskedOnce() throws Exception {
    forecast(0.01, 0, 1);
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.terms(PoolTermsChange.forecast(0, 0, 1)));
    for (int i = 0; i < 10; i++) {
      fixture.allocate(S1);
    }

    forecast(0.01, 0, 4);

    Forecast learnt = pool().forecast().orElseThrow();
    assertThat(learnt.arrivals()).isEqualTo(1);
    assertThat(learnt.missed()).isEqualTo(1);
    fixture.allocated(S1);
    assertThat(pool().forecast().orElseThrow().arrivals()).isEqualTo(1);
  }

  @Test
  void boundsWithoutAForecastAreRefused() {
    PoolTermsChange onlyBounds =
        new PoolTermsChange(
            Optional.empty(),
            Optional.empty(),
            OptionalDouble.empty(),
            OptionalInt.of(2),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    assertRefused(
        DomainException.Kind.INVALID,
        () -> fixture.core.pools().set(OPERATOR, WEB, PoolChange.terms(onlyBounds)));
  }
}

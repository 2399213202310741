/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.DomainException;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.pool.PoolStatus;
import io.lunette.core.pool.PoolTermsChange;
import io.lunette.core.pool.ScrubHours;
import io.lunette.core.replica.ReplicaMove;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What starts a scrub, and what holds it back. The clock of these tests begins at midnight UTC. */
final class ScrubPolicyTest {

  @TempDir private Path directory;
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(2);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void policy(int threshold, Optional<Duration> age) throws DomainException {
    PoolChange change =
        new PoolChange(
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.of(threshold),
            age,
            Optional.empty());
    PoolStatus unused = fixture.core.pools().set(OPERATOR, WEB, change);
  }

  private void terms(Optional<OptionalLong> dirty, Optional<Optional<ScrubHours>> hours)
      throws DomainException {
    PoolTermsChange change =
        new PoolTermsChange(
            Optional.empty(),
            Optional.empty(),
            OptionalDouble.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            dirty,
            hours,
            Optional.empty());
    PoolStatus unused = fixture.core.pools().set(OPERATOR, WEB, PoolChange.terms(change));
  }

  private void hours(String text) throws DomainException {
    terms(Optional.empty(), Optional.of(Optional.of(ScrubHours.parse(text))));
  }

  private ReplicaState state(ReplicaName replica) throws DomainException {
    return fixture.replica(replica).state();
  }

  private String reasonOfScrub(ReplicaName replica) throws DomainException {
    return fixture.core.replicas().history(replica).stream()
        .filter(move -> move.to() == ReplicaState.SCRUBBING)
        .map(ReplicaMove::reason)
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  @Tag("CH-7")
  void scrubStartsWhenTheReturnedAreJustAsManyAsTheThresholdAndNotBefore(int threshold)
      throws Exception {
    policy(threshold, Optional.empty());
    List<ReplicaName> returned = new ArrayList<>();
    for (int i = 1; i <= threshold; i++) {
      assertThat(fixture.count(ReplicaState.RETURNED)).isEqualTo(i - 1);
      ServerName server = new ServerName("t" + i);
      fixture.addServer(server);
      returned.add(fixture.usedAndReleased(server));
    }

    assertThat(fixture.count(ReplicaState.RETURNED)).isZero();
    for (ReplicaName replica : returned) {
      assertThat(state(replica)).isEqualTo(ReplicaState.READY);
      assertThat(fixture.isClean(replica)).isTrue();
      assertThat(reasonOfScrub(replica))
          .isEqualTo("the threshold of " + threshold + " returned was reached");
    }
  }

  @Test
  @Tag("CH-5")
  @Tag("CH-6")
  void releaseReturnsBeforeItsReplicaIsErasedAndNobodyHasToAsk() throws Exception {
    Deque<Runnable> erases = new ArrayDeque<>();
    fixture.erases = erases::add;
    fixture.restart();
    policy(1, Optional.empty());

    ReplicaName replica = fixture.usedAndReleased(S1);

    assertThat(fixture.masking.mappings()).isEmpty();
    assertThat(state(replica)).isEqualTo(ReplicaState.SCRUBBING);
    assertThat(erases).hasSize(1);
    erases.remove().run();
    assertThat(state(replica)).isEqualTo(ReplicaState.READY);
    assertThat(fixture.isClean(replica)).isTrue();
  }

  @Test
  void oldestThatHasWaitedLongEnoughStartsAScrub() throws Exception {
    policy(100, Optional.of(Duration.ofMinutes(10)));
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.clock.advance(Duration.ofMinutes(9));
    fixture.core.tick();
    assertThat(state(replica)).isEqualTo(ReplicaState.RETURNED);

    fixture.clock.advance(Duration.ofMinutes(1));
    fixture.core.tick();

    assertThat(state(replica)).isEqualTo(ReplicaState.READY);
  }

  @Test
  void returnedBytesStartAScrubAtTheBoundAndNotBelow() throws Exception {
    policy(100, Optional.empty());
    terms(Optional.of(OptionalLong.of(2 * 8192)), Optional.empty());
    ReplicaName first = fixture.usedAndReleased(S1);
    assertThat(state(first)).isEqualTo(ReplicaState.RETURNED);

    ReplicaName second = fixture.usedAndReleased(S2);

    assertThat(state(first)).isEqualTo(ReplicaState.READY);
    assertThat(state(second)).isEqualTo(ReplicaState.READY);
    assertThat(reasonOfScrub(first)).isEqualTo("returned replicas hold 16384 bytes");
  }

  @Test
  void shortSpaceStartsAScrub() throws Exception {
    policy(100, Optional.empty());
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.volumes.capacity = fixture.driver.space().ownedBytes() * 100 / 85;

    fixture.core.tick();

    assertThat(state(replica)).isEqualTo(ReplicaState.READY);
    assertThat(reasonOfScrub(replica)).isEqualTo("space runs short");
  }

  @Test
  void whatCanWaitWaitsForTheHours() throws Exception {
    policy(1, Optional.of(Duration.ofMinutes(1)));
    hours("02:00-03:00");
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.clock.advance(Duration.ofMinutes(90));
    fixture.core.tick();
    assertThat(state(replica)).isEqualTo(ReplicaState.RETURNED);

    fixture.clock.advance(Duration.ofMinutes(31));
    fixture.core.tick();

    assertThat(state(replica)).isEqualTo(ReplicaState.READY);
  }

  @Test
  void hoursHoldNeitherAnOperatorNorWantOfSpaceBack() throws Exception {
    policy(1, Optional.empty());
    hours("12:00-13:00");
    ReplicaName asked = fixture.usedAndReleased(S1);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    assertThat(state(asked)).isEqualTo(ReplicaState.READY);

    ReplicaName crowded = fixture.usedAndReleased(S2);
    assertThat(state(crowded)).isEqualTo(ReplicaState.RETURNED);
    fixture.volumes.capacity = fixture.driver.space().ownedBytes();
    fixture.core.tick();

    assertThat(state(crowded)).isEqualTo(ReplicaState.READY);
    assertThat(reasonOfScrub(crowded)).isEqualTo("space is critically short");
  }

  @Test
  void pausedScrubbingBeginsNothingUntilItIsResumedEvenAfterARestart() throws Exception {
    policy(1, Optional.empty());
    fixture.core.scrubs().pause(OPERATOR);
    ReplicaName replica = fixture.usedAndReleased(S1);
    assertThat(state(replica)).isEqualTo(ReplicaState.RETURNED);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    assertThat(state(replica)).isEqualTo(ReplicaState.SCRUBBING);
    assertThat(fixture.core.scrubs().status().running()).isEmpty();

    fixture.restart();
    fixture.core.tick();
    assertThat(fixture.core.scrubs().status().paused()).isTrue();
    assertThat(state(replica)).isEqualTo(ReplicaState.SCRUBBING);

    fixture.core.scrubs().resume(OPERATOR);
    assertThat(state(replica)).isEqualTo(ReplicaState.READY);
  }

  @Test
  void limitReachesTheDriverAtOnceAndAfterARestart() throws Exception {
    fixture.core.scrubs().limit(OPERATOR, 200 << 20);
    assertThat(fixture.volumes.scrubLimit).isEqualTo(200 << 20);
    fixture.volumes.scrubLimit = 0;

    fixture.restart();

    assertThat(fixture.volumes.scrubLimit).isEqualTo(200 << 20);
    assertThat(fixture.core.scrubs().status().limitBytesPerSecond()).hasValue(200 << 20);
    assertRefused(DomainException.Kind.INVALID, () -> fixture.core.scrubs().limit(OPERATOR, -1));
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.ACME;
import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lunette.core.DomainException;
import io.lunette.core.audit.AuditEntry;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.pool.PoolStatus;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.scrub.ReturnedPool;
import io.lunette.core.scrub.ScrubOutcome;
import io.lunette.core.scrub.ScrubRecord;
import io.lunette.core.server.ServerName;
import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class ScrubTest {

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

  @Test
  void scrubbedReplicaIsReadyAgainReadsAsItsImageAndIsRecorded() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);

    assertThat(fixture.core.scrubs().run(OPERATOR, Optional.of(WEB))).isEqualTo(1);
    assertThat(fixture.core.audit().list(OptionalLong.empty(), 1000))
        .filteredOn(entry -> entry.action().equals("scrub.run"))
        .extracting(AuditEntry::detail)
        .containsExactly("1 replica");

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.replica(replica).tenant()).isEmpty();
    assertThat(fixture.isClean(replica)).isTrue();
    ScrubRecord record = fixture.core.scrubs().records(replica).get(0);
    assertThat(record.outcome()).isEqualTo(ScrubOutcome.VERIFIED);
    assertThat(record.tenant()).contains(ACME);
    assertThat(record.server()).contains(S1);
    assertThat(record.attempts()).isEqualTo(1);
    assertThat(record.erase().orElseThrow().erasedBytes()).isEqualTo(8192);
    assertThat(record.erase().orElseThrow().verifiedBytes()).isEqualTo(8192);
  }

  @Test
  void returnedReplicasWaitUntilTheirNumberReachesTheThreshold() throws Exception {
    threshold(2);
    ReplicaName first = fixture.usedAndReleased(S1);
    assertThat(fixture.replica(first).state()).isEqualTo(ReplicaState.RETURNED);

    ReplicaName second = fixture.usedAndReleased(S2);

    assertThat(fixture.replica(first).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.replica(second).state()).isEqualTo(ReplicaState.READY);
  }

  @Test
  void replicasAreErasedAsTheirPoolsPolicyHasIt() throws Exception {
    EraseRequest twice =
        new EraseRequest(EraseMethod.OVERWRITE, new ErasePasses(0xAA, 2), EraseSample.ALL);
    method(twice);
    threshold(1);

    ReplicaName replica = fixture.usedAndReleased(S1);

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.core.pools().get(WEB).policy().scrub()).isEqualTo(twice);
    assertThat(fixture.core.scrubs().records(replica).get(0).erase().orElseThrow().request())
        .isEqualTo(twice);
  }

  @Test
  void methodThatTheDeviceDoesNotOfferIsRefusedAtOnce() {
    assertThatThrownBy(() -> method(new EraseRequest(EraseMethod.DISCARD, true)))
        .isInstanceOf(DomainException.class)
        .hasMessage("the device cannot erase by discard: it offers zero-fill, overwrite");
  }

  @Test
  void policyThatDoesNotVerifyEverythingIsRefused() {
    assertThatThrownBy(() -> method(new EraseRequest(EraseMethod.ZERO_FILL, false)))
        .isInstanceOf(DomainException.class)
        .hasMessage("a replica that is to be used again is verified whole");
  }

  @Test
  void thresholdOfOneScrubsAtOnce() throws Exception {
    threshold(1);

    assertThat(fixture.replica(fixture.usedAndReleased(S1)).state()).isEqualTo(ReplicaState.READY);
  }

  @Test
  void returnedReplicaIsScrubbedWhenItIsTooOldHoweverFewThereAre() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.clock.advance(Duration.ofMinutes(14));
    fixture.core.tick();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.RETURNED);

    fixture.clock.advance(Duration.ofMinutes(1));
    fixture.core.tick();

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
  }

  @Test
  void returnedReplicaIsScrubbedWhenNoReadyOneIsLeft() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);

    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(0));

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
  }

  @Test
  void failedScrubIsTriedAgainAndThenSucceeds() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.volumes.failErases(1);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.SCRUBBING);

    fixture.clock.advance(Duration.ofMinutes(1));
    fixture.core.tick();

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.core.scrubs().records(replica).get(0).attempts()).isEqualTo(2);
  }

  @Test
  void scrubThatFailsTooOftenQuarantinesItsReplicaUntilAnOperatorRetries() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.volumes.failErases(3);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    for (int i = 0; i < 5; i++) {
      fixture.clock.advance(Duration.ofMinutes(2));
      fixture.core.tick();
    }

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.QUARANTINED);
    ScrubRecord record = fixture.core.scrubs().records(replica).get(0);
    assertThat(record.outcome()).isEqualTo(ScrubOutcome.QUARANTINED);
    assertThat(record.message()).contains("could not be erased");
    assertThat(record.erase()).isEmpty();

    fixture.core.scrubs().retry(OPERATOR, replica);

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.isClean(replica)).isTrue();
    assertThat(fixture.core.scrubs().records(replica)).hasSize(2);
    assertRefused(DomainException.Kind.BUSY, () -> fixture.core.scrubs().retry(OPERATOR, replica));
  }

  @Test
  void scrubThatFindsNoSpaceWaitsForSomeHoweverOftenItIsTried() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    failErases(5, new VolumeException(VolumeException.Kind.OUT_OF_SPACE, "the journal is full"));
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    for (int i = 0; i < 5; i++) {
      assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.SCRUBBING);
      fixture.clock.advance(Duration.ofMinutes(2));
      fixture.core.tick();
    }

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.core.scrubs().records(replica).get(0).attempts()).isEqualTo(1);
  }

  @Test
  void whereAPlaceHasNoSpaceForAnEraseNoOtherIsTriedForAWhileAndThenAnotherIs() throws Exception {
    List<ReplicaName> released = List.of(fixture.usedAndReleased(S1), fixture.usedAndReleased(S2));
    List<VolumeName> tried = new ArrayList<>();
    fixture.trouble =
        (call, arguments) -> {
          if (call.equals("erase")) {
            tried.add((VolumeName) arguments[0]);
            if (tried.size() == 1) {
              throw new VolumeException(VolumeException.Kind.OUT_OF_SPACE, "the journal is full");
            }
          }
        };

    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    fixture.clock.advance(Duration.ofSeconds(1));
    fixture.core.tick();
    assertThat(tried).hasSize(1);

    fixture.clock.advance(Duration.ofSeconds(1));
    fixture.core.tick();
    assertThat(tried).hasSize(2).doesNotHaveDuplicates();

    fixture.clock.advance(Duration.ofSeconds(2));
    fixture.core.tick();
    assertThat(released)
        .extracting(name -> fixture.replica(name).state())
        .containsOnly(ReplicaState.READY);
  }

  @Test
  void aWantOfSpaceIsLoggedOnceAndShownWhileItLasts() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    failErases(3, new VolumeException(VolumeException.Kind.OUT_OF_SPACE, "the array is full"));
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger scrubber = (Logger) LoggerFactory.getLogger("io.lunette.core.scrub.Scrubber");
    scrubber.addAppender(log);
    try {
      fixture.core.scrubs().run(OPERATOR, Optional.empty());
      for (int i = 0; i < 3; i++) {
        assertThat(fixture.core.scrubs().trouble())
            .contains("scrubs that wait for space: 1: the array is full");
        fixture.clock.advance(Duration.ofMinutes(2));
        fixture.core.tick();
      }
    } finally {
      scrubber.detachAppender(log);
    }

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.core.scrubs().trouble()).isEmpty();
    assertThat(log.list).hasSize(1);
  }

  @Test
  void aScrubThatRunsAgainOrIsPausedDoesNotWaitForSpace() throws Exception {
    Deque<Runnable> held = new ArrayDeque<>();
    fixture.erases = held::add;
    fixture.restart();
    ReplicaName replica = fixture.usedAndReleased(S1);
    failErases(1, new VolumeException(VolumeException.Kind.OUT_OF_SPACE, "the array is full"));
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    assertThat(fixture.core.scrubs().trouble()).isPresent();

    fixture.core.scrubs().pause(OPERATOR);
    assertThat(fixture.core.scrubs().trouble()).isEmpty();
    fixture.core.scrubs().resume(OPERATOR);
    assertThat(fixture.core.scrubs().trouble()).isPresent();
    fixture.clock.advance(Duration.ofMinutes(2));
    fixture.core.tick();

    assertThat(held).hasSize(1);
    assertThat(fixture.core.scrubs().trouble()).isEmpty();
    held.remove().run();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
  }

  @Test
  void scrubThatFailsByABugOfTheDriverHoldsUpNoOther() throws Exception {
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(3));
    ServerName third = new ServerName("s3");
    fixture.addServer(third);
    List<ReplicaName> released = new ArrayList<>();
    for (ServerName server : List.of(S1, S2, third)) {
      released.add(fixture.usedAndReleased(server));
    }
    failErases(2, new IllegalStateException("a bug"));

    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    fixture.core.tick();

    assertThat(released)
        .extracting(name -> fixture.replica(name).state())
        .containsExactlyInAnyOrder(
            ReplicaState.SCRUBBING, ReplicaState.SCRUBBING, ReplicaState.READY);
  }

  private void failErases(int count, Exception failure) {
    AtomicInteger left = new AtomicInteger(count);
    fixture.trouble =
        (call, arguments) -> {
          if (call.equals("erase") && left.getAndDecrement() > 0) {
            throw failure;
          }
        };
  }

  @Test
  void quarantineOutlivesARestart() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.settings = new CoreSettings(1, 1, 8, Duration.ofDays(1), SpaceThresholds.DEFAULT);
    fixture.restart();
    fixture.volumes.failErases(1);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());

    fixture.restart();

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.QUARANTINED);
    assertThat(fixture.driver.find(replica.volume()).orElseThrow().state())
        .isEqualTo(VolumeState.ERASING);
  }

  @Test
  void scrubGoesOnAfterARestartInItsMiddle() throws Exception {
    Deque<Runnable> held = new ArrayDeque<>();
    fixture.erases = held::add;
    fixture.restart();
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    assertThat(fixture.core.scrubs().status().running()).hasSize(1);
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.SCRUBBING);

    fixture.erases = Runnable::run;
    fixture.crashAndStart();

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.isClean(replica)).isTrue();
  }

  @Test
  void noMoreThanTheBoundRunAtOneTime() throws Exception {
    Deque<Runnable> held = new ArrayDeque<>();
    fixture.erases = held::add;
    fixture.settings = new CoreSettings(1, 3, 8, Duration.ofDays(1), SpaceThresholds.DEFAULT);
    fixture.restart();
    fixture.usedAndReleased(S1);
    fixture.usedAndReleased(S2);

    fixture.core.scrubs().run(OPERATOR, Optional.empty());

    assertThat(held).hasSize(1);
    held.remove().run();
    assertThat(held).hasSize(1);
    held.remove().run();
    assertThat(held).isEmpty();
    assertThat(fixture.count(ReplicaState.SCRUBBING)).isZero();
  }

  @Test
  void statusCountsTheReturnedPool() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);

    assertThat(fixture.core.scrubs().status().pools())
        .containsExactly(
            new ReturnedPool(
                WEB,
                1,
                0,
                0,
                Optional.of(fixture.replica(replica).since()),
                4,
                Duration.ofMinutes(15)));
  }

  private void method(EraseRequest scrub) throws DomainException {
    PoolStatus unused =
        fixture
            .core
            .pools()
            .set(
                OPERATOR,
                WEB,
                new PoolChange(
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Optional.of(scrub)));
  }

  private void threshold(int threshold) throws DomainException {
    fixture
        .core
        .pools()
        .set(
            OPERATOR,
            WEB,
            new PoolChange(
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.of(threshold),
                Optional.empty(),
                Optional.empty()));
  }
}

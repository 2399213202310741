/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.core.DomainException;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.replica.ReplicaVolume;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a core does whose volumes are of before what its catalog says of them, as of a backup of the
 * pool that was put back; and what it must not take for that.
 */
final class OldPoolTest {

  @TempDir private Path directory;
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(1);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void whatOneWroteIsNotShownToWhoGotItAfterItsFirstScrub() throws Exception {
    ReplicaName replica = fixture.usedBy(S1);
    Runnable backup = fixture.volumes.keep(replica.volume());
    handOn(replica);
    assertThat(fixture.isClean(replica)).isTrue();

    putBack(backup);

    assertKept(replica, "server s2 holds it by this catalog, its volume is of before its last");
    assertThat(fixture.isClean(replica)).isFalse();
    assertScrubOfNobodyKnown(replica);
  }

  @Test
  void whatOneWroteIsNotShownToWhoGotItAfterALaterScrub() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    scrub();
    give(S1, replica);
    use(replica);
    Runnable backup = fixture.volumes.keep(replica.volume());
    handOn(replica);

    putBack(backup);

    assertKept(replica, "server s2 holds it by this catalog, its volume is of before its last");
  }

  /** What is in it then is not what that holder wrote. */
  @Test
  void whatOneWroteIsNotCertifiedForWhoGotItAfter() throws Exception {
    ReplicaName replica = fixture.usedBy(S1);
    Runnable backup = fixture.volumes.keep(replica.volume());
    handOn(replica);
    fixture.core.allocations().release(OPERATOR, S2);

    putBack(backup);

    assertKept(replica, "it was RETURNED by this catalog, its volume is of before its last");
    assertScrubOfNobodyKnown(replica);
  }

  @Test
  void whatOneWroteIsNotCertifiedForWhoseScrubsFailed() throws Exception {
    ReplicaName replica = fixture.usedBy(S1);
    Runnable backup = fixture.volumes.keep(replica.volume());
    handOn(replica);
    fixture.core.allocations().release(OPERATOR, S2);
    fixture.volumes.failErases(3);
    scrubInVain(replica);

    putBack(backup);

    assertKept(replica, "it was QUARANTINED by this catalog, its volume is of before its last");
    assertScrubOfNobodyKnown(replica);
  }

  @Test
  void whatIsKeptIsToldOnce() throws Exception {
    ReplicaName replica = fixture.usedBy(S1);
    Runnable backup = fixture.volumes.keep(replica.volume());
    handOn(replica);
    putBack(backup);

    fixture.restart();

    assertThat(fixture.report.differences()).isEmpty();
  }

  /** It holds nothing of anybody, and is READY for whoever comes. */
  @Test
  void readyReplicaOfBeforeItsLastUseIsHandedOut() throws Exception {
    ReplicaName replica = fixture.replicas().get(0).name();
    Runnable backup = fixture.volumes.keep(replica.volume());
    assertThat(fixture.usedAndReleased(S1)).isEqualTo(replica);
    scrub();

    putBack(backup);

    assertNothingDiffers();
    give(S2, replica);
    fixture.restart();
    assertHeld(replica);
  }

  @Test
  void eraseThatEndedUnheardIsNoSignOfAnOldPool() throws Exception {
    ReplicaName replica = scrubbedAndUsedAgain();
    fixture.core.allocations().release(OPERATOR, S1);
    endUnheard(replica);
    assertThat(erased(replica)).isBefore(told(replica));

    fixture.restart();

    assertNothingDiffers();
    retryScrub(replica);
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    give(S2, replica);
    fixture.restart();
    assertHeld(replica);
  }

  @Test
  void eraseThatWasNotReadBackIsNoSignOfAnOldPool() throws Exception {
    ReplicaName replica = scrubbedAndUsedAgain();
    Instant before = told(replica);
    fixture.core.allocations().release(OPERATOR, S1);
    fixture.volumes.readNothingBack(3);
    scrubInVain(replica);
    assertThat(erased(replica)).isBefore(before);

    fixture.restart();

    assertNothingDiffers();
    assertThat(fixture.replica(replica).tenant()).isPresent();
  }

  @Test
  void eraseByHandIsNoSignOfAnOldPool() throws Exception {
    ReplicaName replica = scrubbedAndUsedAgain();
    fixture.core.allocations().release(OPERATOR, S1);
    fixture.volumes.failErases(3);
    scrubInVain(replica);
    fixture
        .core
        .erasures()
        .erase(OPERATOR, replica.volume(), EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
    assertThat(erased(replica)).isBefore(told(replica));

    fixture.restart();

    assertNothingDiffers();
    assertThat(fixture.replica(replica).tenant()).isPresent();
  }

  @Test
  void clockThatWasSetBackIsNoSignOfAnOldPool() throws Exception {
    ReplicaName replica = scrubbedAndUsedAgain();
    Instant before = erased(replica);
    handOn(replica);
    assertThat(erased(replica)).isBefore(before);

    fixture.restart();

    assertHeld(replica);
  }

  /** It keeps no such mark, whatever its reports say. */
  @Test
  void volumeOfAnArrayIsNotKnownByWhenItWasErased() throws Exception {
    ReplicaName replica = fixture.usedBy(S1);
    Runnable backup = fixture.volumes.keep(replica.volume());
    handOn(replica);
    fixture.far = Optional.of(new FarPlace(CoreFixture.WEB));

    putBack(backup);

    assertHeld(replica);
  }

  /** One that s1 holds, whose next erase ends, by the driver's clock, before its last one did. */
  private ReplicaName scrubbedAndUsedAgain() throws Exception {
    fixture.volumes.setClock(Instant.ofEpochSecond(2000));
    ReplicaName replica = fixture.usedAndReleased(S1);
    scrub();
    assertThat(told(replica)).isEqualTo(erased(replica));
    fixture.volumes.setClock(Instant.ofEpochSecond(1000));
    give(S1, replica);
    use(replica);
    return replica;
  }

  /** The erase of a scrub ends at the driver, and the core dies before it hears of that. */
  private void endUnheard(ReplicaName replica) throws Exception {
    fixture.trouble =
        (call, arguments) -> {
          if (call.equals("erase")) {
            Job<EraseReport> unused =
                fixture.driver.erase(replica.volume(), (EraseRequest) arguments[1]);
            throw new VolumeException(VolumeException.Kind.IO, "killed");
          }
        };
    scrub();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.SCRUBBING);
    fixture.trouble = (call, arguments) -> {};
  }

  private void retryScrub(ReplicaName replica) throws Exception {
    while (fixture.replica(replica).state() == ReplicaState.SCRUBBING) {
      fixture.clock.advance(Duration.ofMinutes(1));
      fixture.core.tick();
    }
  }

  private void scrubInVain(ReplicaName replica) throws Exception {
    scrub();
    retryScrub(replica);
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.QUARANTINED);
  }

  /** From s1, who has it, to s2. */
  private void handOn(ReplicaName replica) throws Exception {
    fixture.core.allocations().release(OPERATOR, S1);
    scrub();
    give(S2, replica);
  }

  /** Those that are ready for longer are given first. */
  private void give(ServerName server, ReplicaName replica) throws DomainException {
    int most = fixture.replicas().size();
    while (!fixture.allocated(server).replica().equals(replica)) {
      assertThat(--most).isPositive();
      fixture.core.allocations().release(OPERATOR, server);
      scrub();
    }
  }

  private void use(ReplicaName replica) throws Exception {
    DeviceContent.write(fixture.driver, replica.volume(), 0, DeviceContent.pattern(4096, 7));
  }

  private void scrub() throws DomainException {
    assertThat(fixture.core.scrubs().run(OPERATOR, Optional.empty())).isEqualTo(1);
  }

  private void putBack(Runnable backup) throws Exception {
    fixture.core.close();
    backup.run();
    fixture.crashAndStart();
  }

  private Instant erased(ReplicaName replica) throws VolumeException {
    return fixture.driver.find(replica.volume()).flatMap(VolumeInfo::erased).orElseThrow();
  }

  private Instant told(ReplicaName replica) throws DomainException {
    return fixture.replica(replica).known().flatMap(ReplicaVolume::erased).orElseThrow();
  }

  private void assertNothingDiffers() {
    assertThat(fixture.report.differences()).isEmpty();
  }

  private void assertHeld(ReplicaName replica) throws Exception {
    assertNothingDiffers();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.ALLOCATED);
  }

  private void assertKept(ReplicaName name, String found) throws Exception {
    assertThat(fixture.report.differences())
        .as(fixture.report.toString())
        .anyMatch(
            difference ->
                difference.subject().equals("replica " + name)
                    && difference.found().contains(found)
                    && difference.done().contains("scrub retry " + name)
                    && !difference.resolved());
    Replica replica = fixture.replica(name);
    assertThat(replica.state()).isEqualTo(ReplicaState.QUARANTINED);
    assertThat(replica.tenant()).isEmpty();
    assertThat(fixture.masking.mappings()).isEmpty();
  }

  private void assertScrubOfNobodyKnown(ReplicaName replica) throws Exception {
    fixture.core.scrubs().retry(OPERATOR, replica);

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.isClean(replica)).isTrue();
    JsonNode claims = fixture.core.certificates().of(replica).get(0).payload();
    assertThat(claims.has("tenant") || claims.has("server") || claims.has("allocation")).isFalse();
    fixture.restart();
    assertNothingDiffers();
  }
}

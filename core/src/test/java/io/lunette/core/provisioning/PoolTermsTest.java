/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.ACME;
import static io.lunette.core.provisioning.CoreFixture.IMAGE_BYTES;
import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.allocation.AllocationRequest;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.pool.PoolStatus;
import io.lunette.core.pool.PoolTermsChange;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaMove;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bounds of space, independent replicas, and scrubbing by reformatting. */
final class PoolTermsTest {

  @TempDir private Path directory;
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(0);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private PoolStatus pool() throws DomainException {
    return fixture.core.pools().get(WEB);
  }

  private void terms(
      Optional<CloneKind> kind, Optional<OptionalLong> spaceMax, Optional<Boolean> reformat)
      throws DomainException {
    PoolTermsChange change =
        new PoolTermsChange(
            kind,
            spaceMax,
            OptionalDouble.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            reformat);
    PoolStatus unused = fixture.core.pools().set(OPERATOR, WEB, PoolChange.terms(change));
  }

  private void kind(CloneKind kind) throws DomainException {
    terms(Optional.of(kind), Optional.empty(), Optional.empty());
  }

  private void spaceMax(long bytes) throws DomainException {
    terms(Optional.empty(), Optional.of(OptionalLong.of(bytes)), Optional.empty());
  }

  private void ready(int ready) throws DomainException {
    PoolStatus unused = fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(ready));
  }

  @Test
  void copiesAreMadeOnlyAsFarAsTheBoundOfSpaceReaches() throws Exception {
    kind(CloneKind.INDEPENDENT);
    spaceMax(2 * IMAGE_BYTES + 4096);

    ready(5);

    assertThat(pool().count(ReplicaState.READY)).isEqualTo(2);
    assertThat(pool().trouble()).get().asString().contains("--max-space");

    spaceMax(5 * IMAGE_BYTES);
    assertThat(pool().count(ReplicaState.READY)).isEqualTo(5);
    assertThat(pool().trouble()).isEmpty();
  }

  @Test
  void whatServersWroteCountsAgainstTheBoundOfThePool() throws Exception {
    ready(1);
    ReplicaName replica = fixture.allocated(S1).replica();
    DeviceContent.write(fixture.driver, replica.volume(), 0, DeviceContent.pattern(8192, 5));
    spaceMax(8192);
    assertThat(pool().count(ReplicaState.READY)).isEqualTo(1);
    fixture.allocated(S2);

    assertThat(pool().count(ReplicaState.READY)).isZero();
    assertThat(pool().trouble()).isPresent();
    fixture.addServer(new ServerName("s3"));
    assertRefused(
        DomainException.Kind.NO_SPACE,
        () ->
            fixture
                .core
                .allocations()
                .allocate(
                    OPERATOR, AllocationRequest.readyOrMade(new ServerName("s3"), ACME, WEB)));
  }

  @Test
  @Tag("WA-5")
  void independentReplicaIsAWholeCopyThatOutlivesItsImage() throws Exception {
    kind(CloneKind.INDEPENDENT);
    ready(1);

    Replica replica = fixture.replicas().get(0);
    VolumeInfo volume = fixture.driver.find(replica.volume()).orElseThrow();

    assertThat(replica.kind()).isEqualTo(CloneKind.INDEPENDENT);
    assertThat(volume.origin()).isEmpty();
    assertThat(volume.allocatedBytes()).isEqualTo(IMAGE_BYTES);
    assertThat(fixture.isClean(replica.name())).isTrue();
  }

  @Test
  void copyGoesOnAfterARestartInItsMiddle() throws Exception {
    Deque<Runnable> held = new ArrayDeque<>();
    fixture.erases = held::add;
    fixture.restart();
    kind(CloneKind.INDEPENDENT);
    ready(1);
    assertThat(pool().copies()).hasSize(1);
    assertThat(pool().copies().get(0).progress().doneBytes()).isZero();

    fixture.erases = Runnable::run;
    fixture.crashAndStart();

    assertThat(pool().count(ReplicaState.READY)).isEqualTo(1);
    assertThat(pool().copies()).isEmpty();
    assertThat(fixture.isClean(fixture.replicas().get(0).name())).isTrue();
  }

  @Test
  void noMoreThanTwoCopiesRunAtOneTimeAndEachEndBeginsTheNext() throws Exception {
    Deque<Runnable> held = new ArrayDeque<>();
    fixture.erases = held::add;
    fixture.restart();
    kind(CloneKind.INDEPENDENT);
    ready(3);
    assertThat(held).hasSize(2);

    held.remove().run();

    assertThat(held).hasSize(2);
    held.remove().run();
    held.remove().run();
    assertThat(pool().count(ReplicaState.READY)).isEqualTo(3);
  }

  @Test
  void copyThatIsNoLongerWantedIsCancelledAndLeavesNoVolume() throws Exception {
    Deque<Runnable> held = new ArrayDeque<>();
    fixture.erases = held::add;
    fixture.restart();
    kind(CloneKind.INDEPENDENT);
    ready(1);
    ReplicaName replica = fixture.replicas().get(0).name();
    assertThat(fixture.driver.find(replica.volume()).orElseThrow().state())
        .isEqualTo(VolumeState.COPYING);

    ready(0);
    held.remove().run();

    assertThat(fixture.driver.find(replica.volume())).isEmpty();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.RETIRED);
    assertThat(pool().copies()).isEmpty();
  }

  @Test
  void askingForACopyToBeMadeBeginsOneAndDoesNotWait() throws Exception {
    Deque<Runnable> held = new ArrayDeque<>();
    fixture.erases = held::add;
    fixture.restart();
    kind(CloneKind.INDEPENDENT);

    AllocationRequest request = AllocationRequest.readyOrMade(S1, ACME, WEB);
    AllocationOutcome first = fixture.core.allocations().allocate(OPERATOR, request);
    AllocationOutcome second = fixture.core.allocations().allocate(OPERATOR, request);

    assertThat(first).isEqualTo(new AllocationOutcome.NoReplicaReady(WEB, 1, 0));
    assertThat(second).isEqualTo(first);
    held.remove().run();
    assertThat(fixture.core.allocations().allocate(OPERATOR, request))
        .isInstanceOf(AllocationOutcome.Allocated.class);
  }

  @Test
  void independentReplicaIsErasedCertifiedAndCopiedAnewBeforeItIsReady() throws Exception {
    kind(CloneKind.INDEPENDENT);
    ready(1);
    ReplicaName replica = fixture.usedAndReleased(S1);

    fixture.core.scrubs().run(OPERATOR, Optional.empty());

    assertThat(fixture.core.replicas().history(replica))
        .extracting(ReplicaMove::to)
        .endsWith(ReplicaState.SCRUBBING, ReplicaState.BUILDING, ReplicaState.READY);
    assertThat(fixture.isClean(replica)).isTrue();
    assertThat(fixture.core.scrubs().records(replica).get(0).erase().orElseThrow().erasedBytes())
        .isEqualTo(IMAGE_BYTES);
    assertThat(
            fixture.core.certificates().of(replica).get(0).payload().path("destination").asText())
        .isEqualTo("BUILDING");
  }

  @Test
  @Tag("CH-8")
  void reformattedReplicaHasANewVolumeAndItsCertificateSaysSo() throws Exception {
    ready(1);
    terms(Optional.empty(), Optional.empty(), Optional.of(true));
    ReplicaName replica = fixture.usedAndReleased(S1);
    var before = fixture.driver.find(replica.volume()).orElseThrow().uuid();

    fixture.core.scrubs().run(OPERATOR, Optional.empty());

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.driver.find(replica.volume()).orElseThrow().uuid()).isNotEqualTo(before);
    assertThat(fixture.isClean(replica)).isTrue();
    var claims = fixture.core.certificates().of(replica).get(0).payload();
    assertThat(claims.path("sanitization").path("procedure").asText()).isEqualTo("REFORMAT");
    assertThat(claims.path("sanitization").path("method").asText()).isEqualTo("ZERO_FILL");
    assertThat(claims.path("layout").asText()).contains("laid from image 'web'");
  }

  @Test
  void reformatThatWasCutOffIsFinishedAtTheNextStart() throws Exception {
    ready(1);
    terms(Optional.empty(), Optional.empty(), Optional.of(true));
    ReplicaName replica = fixture.usedAndReleased(S1);
    VolumeName image = new VolumeName("image-web");
    fixture.volumes.force(image, VolumeState.WRITABLE);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.BUILDING);
    assertThat(fixture.replica(replica).tenant()).isEmpty();

    fixture.volumes.force(image, VolumeState.SEALED);
    fixture.crashAndStart();

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.isClean(replica)).isTrue();
  }
}

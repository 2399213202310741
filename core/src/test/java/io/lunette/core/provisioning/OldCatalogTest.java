/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.initiator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.core.DomainException;
import io.lunette.core.audit.AuditEntry;
import io.lunette.core.audit.AuditQuery;
import io.lunette.core.image.ImageRef;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.replica.ReplicaVolume;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a core does that was given a catalog of before its volumes were erased, or made anew, and
 * given to others: the volumes change while it is stopped, and the catalog does not hear of it.
 */
final class OldCatalogTest {

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

  private interface Unheard {
    void happen() throws Exception;
  }

  private void meanwhile(Unheard unheard) throws Exception {
    fixture.core.close();
    unheard.happen();
    fixture.crashAndStart();
  }

  @Test
  void heldReplicaWhoseVolumeWasMadeAnewIsShownToNobody() throws Exception {
    ReplicaName replica = fixture.usedBy(S1);
    meanwhile(
        () -> {
          hide(replica);
          makeAnew(replica);
          use(replica);
        });

    assertKept(replica, "server s1 holds it by this catalog, its volume was made anew since");
    assertThat(fixture.core.allocations().find(S1)).isEmpty();
    assertThat(fixture.masking.mappings()).isEmpty();
    assertThat(fixture.allocated(S1).replica()).isNotEqualTo(replica);
  }

  @Test
  void returnedReplicaWhoseVolumeWasMadeAnewIsNotCertifiedForWhoNeverHadThat() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    meanwhile(() -> makeAnew(replica));

    assertKept(replica, "it was RETURNED by this catalog, its volume was made anew since");
    assertScrubOfNobodyKnown(replica);
  }

  @Test
  void readyReplicaWhoseVolumeWasMadeAnewIsNotHandedOut() throws Exception {
    ReplicaName replica = fixture.replicas().get(0).name();
    meanwhile(() -> makeAnew(replica));

    assertKept(replica, "it was READY by this catalog, its volume was made anew since");
    assertThat(fixture.core.pools().get(WEB).count(ReplicaState.READY)).isEqualTo(2);
  }

  @Test
  void quarantinedReplicaWhoseVolumeWasMadeAnewHasNoHolderAnyMore() throws Exception {
    ReplicaName replica = quarantined();
    assertThat(fixture.replica(replica).tenant()).isPresent();
    meanwhile(
        () -> {
          makeAnew(replica);
          use(replica);
        });

    assertKept(replica, "it was QUARANTINED by this catalog, its volume was made anew since");
    assertScrubOfNobodyKnown(replica);
  }

  @Test
  void failedReplicaIsLeftAsItIsWhateverHasItsName() throws Exception {
    ReplicaName replica = fixture.replicas().get(0).name();
    meanwhile(() -> fixture.volumes.lose(replica.volume()));
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.FAILED);

    meanwhile(() -> makeAnew(replica));

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.FAILED);
  }

  @Test
  void whatIsKeptForAnotherIsToldOnce() throws Exception {
    ReplicaName replica = fixture.usedBy(S1);
    meanwhile(
        () -> {
          hide(replica);
          makeAnew(replica);
          use(replica);
        });
    meanwhile(() -> {});

    assertThat(fixture.report.differences()).isEmpty();
    assertThat(quarantines(replica)).hasSize(1);
    fixture.core.scrubs().retry(OPERATOR, replica);
    meanwhile(() -> {});
    assertThat(fixture.report.differences()).isEmpty();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
  }

  /** The volume that it has at the next start is taken for its own, and no other from then on. */
  @Test
  void replicaOfACatalogOfBeforeIsKnownByItsVolumeFromAStartOn() throws Exception {
    ReplicaName replica = fixture.usedBy(S1);
    meanwhile(() -> forgetVolumes());
    assertThat(fixture.report.differences()).isEmpty();
    assertThat(fixture.replica(replica).known())
        .hasValue(ReplicaVolume.of(fixture.driver.find(replica.volume()).orElseThrow()));

    meanwhile(
        () -> {
          hide(replica);
          makeAnew(replica);
        });

    assertKept(replica, "its volume was made anew since");
  }

  /** What differs may be another's: nothing is learnt of it. */
  @Test
  void replicaOfACatalogOfBeforeIsNotKnownByAVolumeThatIsInDoubt() throws Exception {
    ReplicaName replica = fixture.usedBy(S1);
    meanwhile(
        () -> {
          forgetVolumes();
          fixture.volumes.force(replica.volume(), VolumeState.QUARANTINED);
        });

    assertThat(fixture.report.differences()).isNotEmpty();
    assertThat(fixture.replica(replica).known()).isEmpty();
  }

  /** It has its identity from this same catalog, and another after some erases. */
  @Test
  void volumeOfAnArrayIsNotKnownByItsIdentity() throws Exception {
    ReplicaName replica = fixture.usedBy(S1);
    fixture.far = Optional.of(new FarPlace(WEB));
    meanwhile(
        () -> {
          hide(replica);
          makeAnew(replica);
        });

    assertThat(fixture.report.differences())
        .noneMatch(difference -> difference.found().contains("made anew"));
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.ALLOCATED);
  }

  /** A release that was cut off before the server had lost it. */
  @Test
  void returnedReplicaThatWasStillInReachIsKeptToo() throws Exception {
    ReplicaName replica = fixture.usedBy(S1);
    fixture.masking.failUnmaps(1);
    CoreFixture.assertRefused(
        DomainException.Kind.IO, () -> fixture.core.allocations().release(OPERATOR, S1));
    meanwhile(
        () -> {
          hide(replica);
          makeAnew(replica);
          use(replica);
        });

    assertKept(replica, "it was RETURNED by this catalog, its volume was made anew since");
    assertThat(fixture.allocated(S1).replica()).isNotEqualTo(replica);
    assertThat(fixture.masking.mappings())
        .extracting(LunMapping::volume, LunMapping::lun)
        .containsExactly(
            tuple(fixture.core.allocations().find(S1).orElseThrow().replica().volume(), 0));
  }

  @Test
  void quarantinedReplicaThatWasErasedSinceHasNoHolderAnyMore() throws Exception {
    ReplicaName replica = quarantined();
    meanwhile(
        () -> {
          erase(replica);
          use(replica);
        });

    assertKept(replica, "it was QUARANTINED by this catalog, its volume was erased since");
    meanwhile(() -> {});
    assertThat(fixture.report.differences()).isEmpty();
    assertScrubOfNobodyKnown(replica);
  }

  /** As an engine does with what was cut off, once it is served again. */
  @Test
  void quarantinedReplicaWhoseEraseTheDriverEndedByItselfKeepsItsHolder() throws Exception {
    ReplicaName replica = quarantined();
    meanwhile(() -> erase(replica));
    assertThat(fixture.report.differences()).isEmpty();
    meanwhile(() -> {});

    assertThat(fixture.driver.find(replica.volume()).orElseThrow().erased()).isPresent();
    assertThat(fixture.report.differences()).isEmpty();
    assertThat(fixture.replica(replica).tenant()).isPresent();
  }

  @Test
  void quarantinedReplicaWhoseOwnEraseWasNotReadBackKeepsItsHolder() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.volumes.readNothingBack(3);
    scrubInVain(replica);
    meanwhile(() -> {});

    assertThat(fixture.driver.find(replica.volume()).orElseThrow().erased()).isPresent();
    assertThat(fixture.report.differences()).isEmpty();
    assertThat(fixture.replica(replica).tenant()).isPresent();
  }

  /** Others may have had it before that erase, and what the driver says of it may be of theirs. */
  @Test
  void returnedReplicaThatWasErasedSinceIsNotCertifiedForItsHolder() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    meanwhile(() -> erase(replica));

    assertKept(replica, "it was RETURNED by this catalog, its volume was erased since");
    assertScrubOfNobodyKnown(replica);
  }

  /** Nothing is in it but the image; and whoever gets it then keeps it. */
  @Test
  void readyReplicaThatWasErasedSinceIsHandedOutAsAnyOther() throws Exception {
    List<Replica> ready = fixture.replicas();
    meanwhile(
        () -> {
          for (Replica each : ready) {
            erase(each.name());
          }
        });
    assertThat(fixture.report.differences()).isEmpty();
    ReplicaName replica = fixture.usedBy(S1);

    meanwhile(() -> {});

    assertThat(fixture.report.differences()).isEmpty();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.ALLOCATED);
  }

  @Test
  void heldReplicaThatIsBeingErasedIsShownToNobody() throws Exception {
    ReplicaName replica = fixture.usedBy(S1);
    meanwhile(
        () -> {
          hide(replica);
          fixture.volumes.force(replica.volume(), VolumeState.ERASING);
        });

    assertKept(replica, "server s1 holds it by this catalog, its volume is being erased");
    assertThat(fixture.allocated(S1).replica()).isNotEqualTo(replica);
    assertScrubOfNobodyKnown(replica);
  }

  private void forgetVolumes() throws DomainException {
    fixture.catalog.change(
        transaction -> transaction.update("UPDATE replica SET volume_uuid = NULL"));
  }

  /** One whose scrubs failed. */
  private ReplicaName quarantined() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.volumes.failErases(3);
    scrubInVain(replica);
    return replica;
  }

  private void scrubInVain(ReplicaName replica) throws Exception {
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    while (fixture.replica(replica).state() == ReplicaState.SCRUBBING) {
      fixture.clock.advance(Duration.ofMinutes(1));
      fixture.core.tick();
    }
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.QUARANTINED);
  }

  private void hide(ReplicaName replica) throws Exception {
    fixture.masking.unmap(replica.volume(), initiator(S1));
  }

  private void makeAnew(ReplicaName replica) throws Exception {
    VolumeName image = fixture.core.images().get(ImageRef.current(WEB)).volume();
    fixture.driver.delete(replica.volume());
    fixture.driver.clone(image, List.of(replica.volume()));
  }

  private void erase(ReplicaName replica) throws Exception {
    EraseReport unused =
        fixture
            .driver
            .erase(replica.volume(), EraseRequest.zeroFillVerified())
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
  }

  private void use(ReplicaName replica) throws Exception {
    DeviceContent.write(fixture.driver, replica.volume(), 0, DeviceContent.pattern(4096, 7));
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
    assertThat(replica.server()).isEmpty();
    assertThat(quarantines(name)).hasSize(1);
  }

  private List<AuditEntry> quarantines(ReplicaName replica) throws DomainException {
    return fixture.core.audit().list(AuditQuery.all(OptionalLong.empty(), 100)).stream()
        .filter(entry -> entry.action().equals("replica.quarantine"))
        .filter(entry -> entry.subject().equals(replica.value()))
        .toList();
  }

  private void assertScrubOfNobodyKnown(ReplicaName replica) throws Exception {
    fixture.core.scrubs().retry(OPERATOR, replica);

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    JsonNode claims = fixture.core.certificates().of(replica).get(0).payload();
    assertThat(claims.has("tenant") || claims.has("server") || claims.has("allocation")).isFalse();
    assertThat(fixture.core.scrubs().records(replica).get(0).tenant()).isEmpty();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.initiator;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.core.DomainException;
import io.lunette.core.audit.AuditQuery;
import io.lunette.core.image.ImageImport;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImageRef;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What may differ between the catalog, the volumes and the masking when a core starts; every case
 * of the table in docs/ARCHITECTURE.md.
 */
final class ReconcileTest {

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

  private interface Foreign {
    void hand() throws Exception;
  }

  /** Stops the core, lets somebody else do something, and starts it again. */
  private void meanwhile(Foreign foreign) throws Exception {
    fixture.core.close();
    foreign.hand();
    fixture.crashAndStart();
  }

  private VolumeName imageVolume() throws Exception {
    return fixture.core.images().get(ImageRef.current(WEB)).volume();
  }

  @Test
  void nothingDiffersAfterAnOrderlyStop() throws Exception {
    fixture.allocated(S1);
    fixture.usedAndReleased(S2);
    meanwhile(() -> {});

    assertThat(fixture.report.differences()).isEmpty();
  }

  @Test
  void lostVolumeOfAnImageIsReportedAndNothingIsMadeOfIt() throws Exception {
    VolumeName volume = imageVolume();
    meanwhile(() -> fixture.volumes.lose(volume));

    assertUnresolved("image web:1", "its volume is missing");
    assertThat(fixture.core.pools().get(WEB).count(ReplicaState.READY)).isEqualTo(2);
  }

  @Test
  void imageWhoseVolumeIsNotSealedIsReported() throws Exception {
    VolumeName volume = imageVolume();
    meanwhile(() -> fixture.volumes.force(volume, VolumeState.WRITABLE));

    assertUnresolved("image web:1", "its volume is WRITABLE");
  }

  @Test
  void readyReplicaWithoutItsVolumeHasFailedAndThePoolMakesAnother() throws Exception {
    ReplicaName replica = fixture.replicas().get(0).name();
    meanwhile(() -> fixture.volumes.lose(replica.volume()));

    assertResolved("replica " + replica, "its volume is missing");
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.FAILED);
    assertThat(fixture.core.pools().get(WEB).count(ReplicaState.READY)).isEqualTo(2);
  }

  @Test
  void readyReplicaThatSomebodyErasesIsNotHandedOut() throws Exception {
    ReplicaName replica = fixture.replicas().get(0).name();
    meanwhile(() -> fixture.volumes.force(replica.volume(), VolumeState.ERASING));

    assertResolved("replica " + replica, "its volume is ERASING");
    assertThat(fixture.allocated(S1).replica()).isNotEqualTo(replica);
  }

  @Test
  void allocationWhoseVolumeIsLostHasEndedAndTheServerMayHaveAnother() throws Exception {
    ReplicaName replica = fixture.allocated(S1).replica();
    meanwhile(() -> fixture.volumes.lose(replica.volume()));

    assertUnresolved("replica " + replica, "its volume is missing");
    assertThat(fixture.core.allocations().find(S1)).isEmpty();
    assertThat(fixture.allocated(S1).replica()).isNotEqualTo(replica);
  }

  @Test
  void allocationWhoseVolumeIsNotWritableIsReportedAndKept() throws Exception {
    ReplicaName replica = fixture.allocated(S1).replica();
    meanwhile(() -> fixture.volumes.force(replica.volume(), VolumeState.QUARANTINED));

    assertUnresolved("replica " + replica, "a server holds it");
    assertThat(fixture.core.allocations().find(S1)).isPresent();
  }

  @Test
  void returnedReplicaWithoutItsVolumeIsNeverCertified() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    meanwhile(() -> fixture.volumes.lose(replica.volume()));

    assertUnresolved("replica " + replica, "its volume is missing");
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.FAILED);
    assertThat(fixture.core.certificates().of(replica)).isEmpty();
  }

  @Test
  void replicaWhoseVolumeTheDriverQuarantinedIsReportedAndScrubbedAgain() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    meanwhile(() -> fixture.volumes.force(replica.volume(), VolumeState.QUARANTINED));

    assertUnresolved("replica " + replica, "the driver has quarantined its volume");
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.isClean(replica)).isTrue();
  }

  /** As one finds it with a catalog of before it was allocated. */
  @Test
  void readyReplicaThatWasUsedIsHandedOutOnlyAfterAScrub() throws Exception {
    ReplicaName replica = fixture.replicas().get(0).name();
    meanwhile(() -> use(replica));

    assertKeptOutOfUseUntilItsScrub(replica, ReplicaState.READY);
  }

  @Test
  void replicaInTheMakingThatWasUsedIsHandedOutOnlyAfterAScrub() throws Exception {
    ReplicaName replica = fixture.replicas().get(0).name();
    meanwhile(
        () -> {
          fixture.catalog.change(
              transaction ->
                  transaction.update(
                      "UPDATE replica SET state = 'BUILDING' WHERE name = ?", replica.value()));
          use(replica);
        });

    assertKeptOutOfUseUntilItsScrub(replica, ReplicaState.BUILDING);
  }

  /** An array keeps no mark of use, but its masking. */
  @Test
  void readyReplicaThatAnInitiatorSeesIsHandedOutOnlyAfterAScrub() throws Exception {
    ReplicaName replica = fixture.replicas().get(0).name();
    fixture.remembered =
        masking ->
            masking.map(replica.volume(), initiator(S2), AccessMode.READ_WRITE, OptionalInt.of(0));
    meanwhile(() -> {});

    assertUnresolved("replica " + replica, "it was READY by this catalog");
    assertThat(fixture.masking.mappings()).isEmpty();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.QUARANTINED);
  }

  /** As one finds it with a catalog of before it was returned. */
  @Test
  void heldReplicaThatWasErasedSinceIsShownToNobody() throws Exception {
    ReplicaName replica = fixture.allocated(S1).replica();
    meanwhile(
        () -> {
          fixture.masking.unmap(replica.volume(), initiator(S1));
          erase(replica);
          use(replica);
        });

    assertUnresolved("replica " + replica, "server " + S1 + " holds it by this catalog");
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.QUARANTINED);
    assertThat(fixture.replica(replica).tenant()).isEmpty();
    assertThat(fixture.core.allocations().find(S1)).isEmpty();
    assertThat(fixture.masking.mappings()).isEmpty();
    assertThat(fixture.isClean(replica)).isFalse();
    assertThat(fixture.allocated(S1).replica()).isNotEqualTo(replica);
  }

  /** As one finds it with a catalog of before its scrub, and of before it was given away again. */
  @Test
  void returnedReplicaThatWasErasedAndUsedSinceIsNotErased() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    meanwhile(
        () -> {
          erase(replica);
          use(replica);
        });

    assertUnresolved("replica " + replica, "it was RETURNED by this catalog, its volume was");
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.QUARANTINED);
    assertThat(fixture.replica(replica).tenant()).isEmpty();
    assertThat(fixture.isClean(replica)).isFalse();
  }

  @Test
  void heldReplicaThatWasErasedForItsHolderStaysHis() throws Exception {
    for (int i = 0; i < 4; i++) {
      ReplicaName unused = fixture.usedAndReleased(S1);
      int begun = fixture.core.scrubs().run(OPERATOR, Optional.empty());
      assertThat(begun).isEqualTo(1);
    }
    ReplicaName replica = fixture.usedBy(S1);
    meanwhile(() -> {});

    assertThat(fixture.driver.find(replica.volume()).orElseThrow().erased()).isPresent();
    assertThat(fixture.report.differences()).isEmpty();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.ALLOCATED);
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

  private void assertKeptOutOfUseUntilItsScrub(ReplicaName replica, ReplicaState wrong)
      throws Exception {
    assertUnresolved("replica " + replica, "it was " + wrong + " by this catalog, its volume was");
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.QUARANTINED);
    assertThat(fixture.core.pools().get(WEB).count(ReplicaState.READY)).isEqualTo(2);
    assertThat(fixture.core.audit().list(AuditQuery.all(OptionalLong.empty(), 100)))
        .anyMatch(
            entry ->
                entry.action().equals("replica.quarantine")
                    && entry.subject().equals(replica.value()));
    assertThat(fixture.allocated(S1).replica()).isNotEqualTo(replica);
    assertThat(fixture.allocated(S2).replica()).isNotEqualTo(replica);
    assertThat(fixture.isClean(replica)).isFalse();

    fixture.core.scrubs().retry(OPERATOR, replica);

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.isClean(replica)).isTrue();
    JsonNode claims = fixture.core.certificates().of(replica).get(0).payload();
    assertThat(claims.path("erasedBytes").asLong()).isEqualTo(4096);
    assertThat(claims.has("tenant") || claims.has("server") || claims.has("allocation")).isFalse();
    assertThat(fixture.core.scrubs().records(replica).get(0).tenant()).isEmpty();
  }

  @Test
  void volumeOfAReplicaThatTheCatalogDoesNotKnowIsLeftAloneAndItsNumberIsNotUsed()
      throws Exception {
    VolumeName stranger = new ReplicaName("web-500").volume();
    meanwhile(() -> fixture.driver.create(stranger, 8192, 512));

    assertUnresolved(stranger.toString(), "this catalog does not know it");
    assertThat(fixture.driver.find(stranger)).isPresent();
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(3));
    assertThat(fixture.replicas()).extracting(each -> each.name().value()).contains("web-501");
  }

  @Test
  void volumeOfAnImageThatTheCatalogDoesNotKnowIsLeftAlone() throws Exception {
    VolumeName stranger = new VolumeName("image-other");
    meanwhile(() -> fixture.driver.create(stranger, 8192, 512));

    assertUnresolved(stranger.toString(), "this catalog does not know it");
    assertThat(fixture.driver.find(stranger)).isPresent();
  }

  @Test
  void volumesOfOperatorsAreNoDifference() throws Exception {
    meanwhile(() -> fixture.driver.create(new VolumeName("scratch"), 8192, 512));

    assertThat(fixture.report.differences()).isEmpty();
  }

  @Test
  void volumeOfARetiredReplicaIsDeleted() throws Exception {
    ReplicaName replica = fixture.replicas().get(0).name();
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(0));
    assertThat(fixture.driver.find(replica.volume())).isEmpty();
    meanwhile(() -> fixture.driver.create(replica.volume(), 8192, 512));

    assertResolved(replica.volume().toString(), "its replica was retired");
    assertThat(fixture.driver.find(replica.volume())).isEmpty();
  }

  @Test
  void importThatWasCutOffIsUndoneAndMayBeRepeated() throws Exception {
    ImageName name = new ImageName("other");
    cutOffImport(name);
    fixture.crashAndStart();

    assertThat(fixture.report.differences())
        .extracting(Difference::found)
        .contains("its import was cut off");
    assertThat(fixture.importImage(name, 2).version()).isEqualTo(1);
  }

  @Test
  void importThatWasCutOffIsDeletedLaterWhereThereIsNoSpaceForThatNow() throws Exception {
    VolumeName volume = new VolumeName("image-other");
    cutOffImport(new ImageName("other"));
    fixture.driver.create(volume, CoreFixture.IMAGE_BYTES);
    noSpaceToDelete();
    fixture.crashAndStart();

    assertResolved("image other:1", "its import was cut off");
    assertThat(fixture.report.differences())
        .extracting(Difference::subject)
        .doesNotContain(volume.toString());
    fixture.trouble = (call, arguments) -> {};
    fixture.core.tick();
    assertThat(fixture.driver.find(volume)).isEmpty();
  }

  @Test
  void volumesThatAreToGoAreDeletedLaterWhereThereIsNoSpaceForThatNow() throws Exception {
    VolumeName image = fixture.importImage(new ImageName("other"), 2).volume();
    ReplicaName replica = fixture.replicas().get(0).name();
    noSpaceToDelete();
    fixture.core.images().delete(OPERATOR, ImageRef.current(new ImageName("other")));
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(0));
    meanwhile(() -> {});

    assertResolved(image.toString(), "the image was deleted");
    assertResolved(replica.volume().toString(), "its replica was retired");
    fixture.trouble = (call, arguments) -> {};
    fixture.core.tick();
    assertThat(fixture.driver.find(image)).isEmpty();
    assertThat(fixture.driver.find(replica.volume())).isEmpty();
  }

  /** As one that its driver made after the call for it had failed. */
  @Test
  void volumeThatWasTakenForGoneIsDeletedLaterWhereThereIsNoSpaceForThatNow() throws Exception {
    ReplicaName replica = fixture.replicas().get(0).name();
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(0));
    noSpaceToDelete();
    meanwhile(() -> fixture.driver.create(replica.volume(), 8192, 512));

    fixture.trouble = (call, arguments) -> {};
    fixture.core.tick();

    assertThat(fixture.driver.find(replica.volume())).isEmpty();
  }

  private void cutOffImport(ImageName name) throws Exception {
    Deque<Runnable> held = new ArrayDeque<>();
    fixture.workers = held::add;
    fixture.restart();
    var unused =
        fixture
            .core
            .images()
            .importRaw(
                OPERATOR,
                new ImageImport(name, Optional.empty(), fixture.imageFile(name, 2), "a test"));
    fixture.workers = Runnable::run;
  }

  private void noSpaceToDelete() {
    fixture.trouble =
        (call, arguments) -> {
          if (call.equals("delete")) {
            throw new VolumeException(VolumeException.Kind.OUT_OF_SPACE, "the journal is full");
          }
        };
  }

  @Test
  void mappingThatNobodyWantsIsTakenAway() throws Exception {
    ReplicaName replica = fixture.allocated(S1).replica();
    VolumeName image = imageVolume();
    fixture.remembered =
        masking -> masking.map(image, initiator(S2), AccessMode.READ_ONLY, OptionalInt.of(7));
    meanwhile(() -> {});

    assertResolved(image.toString(), "saw it as LUN 7 without right");
    assertThat(fixture.masking.mappings())
        .extracting(mapping -> mapping.volume())
        .containsExactly(replica.volume());
  }

  @Test
  void mappingUnderAnotherNumberIsPutRight() throws Exception {
    ReplicaName replica = fixture.allocated(S1).replica();
    fixture.remembered =
        masking ->
            masking.map(replica.volume(), initiator(S1), AccessMode.READ_WRITE, OptionalInt.of(7));
    meanwhile(() -> {});

    assertResolved(replica.volume().toString(), "without right");
    assertThat(fixture.masking.mappings()).extracting(mapping -> mapping.lun()).containsExactly(0);
  }

  @Test
  void manualMappingOfAVolumeThatIsGoneIsReported() throws Exception {
    VolumeName volume = new VolumeName("scratch");
    fixture.driver.create(volume, 8192, 512);
    var unused =
        fixture
            .core
            .mappings()
            .map(OPERATOR, volume, S1, OptionalInt.empty(), AccessMode.READ_WRITE);
    meanwhile(() -> fixture.volumes.lose(volume));

    assertUnresolved(volume.toString(), "it does not show as LUN 0");
  }

  @Test
  void replicaThatIsStillInReachIsReportedAndNotScrubbed() throws Exception {
    ReplicaName replica = fixture.allocated(S1).replica();
    DeviceContent.write(fixture.driver, replica.volume(), 0, DeviceContent.pattern(4096, 5));
    fixture.masking.failUnmaps(1);
    CoreFixture.assertRefused(
        DomainException.Kind.IO, () -> fixture.core.allocations().release(OPERATOR, S1));
    fixture.remembered =
        masking -> {
          masking.map(replica.volume(), initiator(S1), AccessMode.READ_WRITE, OptionalInt.of(0));
          masking.failUnmaps(2);
        };
    try {
      meanwhile(() -> {});
    } catch (DomainException e) {
      assertThat(e.kind()).isEqualTo(DomainException.Kind.IO);
      fixture.remembered = masking -> {};
      fixture.crashAndStart();
    }

    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    assertThat(fixture.masking.mappings()).isEmpty();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    assertThat(fixture.isClean(replica)).isTrue();
  }

  private void assertUnresolved(String subject, String found) {
    assertDifference(subject, found, false);
  }

  private void assertResolved(String subject, String found) {
    assertDifference(subject, found, true);
  }

  private void assertDifference(String subject, String found, boolean resolved) {
    assertThat(fixture.report.differences())
        .as(fixture.report.toString())
        .anyMatch(
            difference ->
                difference.subject().equals(subject)
                    && difference.found().contains(found)
                    && difference.resolved() == resolved);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.ACME;
import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.allocation.AllocationPath;
import io.lunette.core.allocation.ReleaseOutcome;
import io.lunette.core.audit.AuditEntry;
import io.lunette.core.image.ImageImport;
import io.lunette.core.image.ImageName;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaMove;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.Tenant;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.LunMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProvisioningFlowTest {

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
  @Tag("CH-3")
  @Tag("CH-9")
  void poolIsFilledBeforeAnyServerAsks() throws Exception {
    assertThat(fixture.replicas())
        .hasSize(2)
        .allMatch(replica -> replica.state() == ReplicaState.READY);
  }

  @Test
  @Tag("CH-2")
  @Tag("CH-3")
  @Tag("WA-1")
  void whatATenantPutIntoItsImageIsInReplicasBeforeAServerIsThereAndAllocatingMakesNone()
      throws Exception {
    ImageName own = new ImageName("own");
    Path file = fixture.imageFile(own, 5);
    var unused =
        fixture.imported(new ImageImport(own, Optional.of(ACME), file, "with ACME's data"));
    fixture.core.pools().set(OPERATOR, own, PoolChange.ready(1));
    Replica ready =
        fixture.replicas().stream()
            .filter(replica -> replica.imageName().equals(own))
            .findFirst()
            .orElseThrow();
    assertThat(DeviceContent.read(fixture.driver, ready.volume(), 0, CoreFixture.IMAGE_BYTES))
        .isEqualTo(DeviceContent.pattern(CoreFixture.IMAGE_BYTES, 5));
    ServerName late = new ServerName("late");

    fixture.addServer(late);
    fixture.core.allocations().allocate(OPERATOR, late, ACME, own);

    assertThat(fixture.core.allocations().find(late).orElseThrow().replica())
        .isEqualTo(ready.name());
  }

  @Test
  @Tag("WA-2")
  void anyServerRunsAnyImage() throws Exception {
    ImageName db = new ImageName("db");
    fixture.importImage(db, 3);
    fixture.core.pools().set(OPERATOR, db, PoolChange.ready(2));
    for (ServerName server : List.of(S1, S2)) {
      for (ImageName image : List.of(WEB, db)) {
        fixture.core.allocations().allocate(OPERATOR, server, ACME, image);
        Allocation held = fixture.core.allocations().find(server).orElseThrow();
        assertThat(held.image()).isEqualTo(image);
        assertThat(DeviceContent.read(fixture.driver, held.replica().volume(), 0, 4096))
            .isEqualTo(
                Arrays.copyOf(DeviceContent.pattern(65536, image.equals(WEB) ? 1 : 3), 4096));
        fixture.core.allocations().release(OPERATOR, server);
      }
    }
  }

  @Test
  @Tag("CH-4")
  @Tag("CH-17")
  void serverSeesTheReplicaThatItWasGivenAndThePoolIsRefilled() throws Exception {
    Allocation allocation = fixture.allocated(S1);

    assertThat(fixture.masking.mappings()).containsExactly(allocation.mapping());
    assertThat(allocation.mapping().url()).isEqualTo("iscsi://127.0.0.1:3260/iqn.2026-11.io:t/0");
    assertThat(fixture.replica(allocation.replica()).state()).isEqualTo(ReplicaState.ALLOCATED);
    assertThat(fixture.replica(allocation.replica()).tenant()).contains(ACME);
    assertThat(fixture.count(ReplicaState.READY)).isEqualTo(2);
    assertThat(fixture.core.allocations().list()).containsExactly(allocation);
    assertThat(fixture.core.allocations().find(S1)).contains(allocation);
    assertThat(fixture.core.tenants().list()).extracting(Tenant::name).containsExactly(ACME);
  }

  @Test
  void allocatingAgainReturnsTheSameAllocation() throws Exception {
    Allocation first = fixture.allocated(S1);

    AllocationOutcome again = fixture.allocate(S1);

    assertThat(again).isEqualTo(new AllocationOutcome.Allocated(first, AllocationPath.HELD));
    assertThat(fixture.count(ReplicaState.ALLOCATED)).isEqualTo(1);
  }

  @Test
  void serverThatHoldsAnotherReplicaIsBusy() throws Exception {
    Allocation first = fixture.allocated(S1);

    AllocationOutcome outcome =
        fixture.core.allocations().allocate(OPERATOR, S1, new TenantName("other"), WEB);

    assertThat(outcome)
        .isEqualTo(new AllocationOutcome.ServerBusy(S1, first.id(), ACME, WEB, first.replica()));
  }

  @Test
  void unknownServersAndImagesAreNotFound() {
    assertRefused(DomainException.Kind.NOT_FOUND, () -> fixture.allocate(new ServerName("nobody")));
    assertRefused(
        DomainException.Kind.NOT_FOUND,
        () -> fixture.core.allocations().allocate(OPERATOR, S1, ACME, new ImageName("none")));
    assertRefused(
        DomainException.Kind.NOT_FOUND,
        () -> fixture.core.allocations().release(OPERATOR, new ServerName("nobody")));
  }

  @Test
  @Tag("CH-5")
  @Tag("CH-17")
  void releasedReplicaIsOutOfReachAndWaitsForItsScrub() throws Exception {
    ReplicaName replica = fixture.allocated(S1).replica();

    ReleaseOutcome outcome = fixture.core.allocations().release(OPERATOR, S1);

    assertThat(fixture.masking.mappings()).isEmpty();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.RETURNED);
    assertThat(outcome)
        .isEqualTo(
            new ReleaseOutcome.Released(S1, ACME, WEB, replica, fixture.replica(replica).since()));
    assertThat(fixture.core.allocations().release(OPERATOR, S1))
        .isEqualTo(new ReleaseOutcome.NothingHeld(S1));
  }

  @Test
  void replicaThatCouldNotBeUnmappedIsNeitherScrubbedNorForgotten() throws Exception {
    ReplicaName replica = fixture.allocated(S1).replica();
    fixture.masking.failUnmaps(2);

    assertRefused(DomainException.Kind.IO, () -> fixture.core.allocations().release(OPERATOR, S1));
    assertThat(fixture.core.scrubs().run(OPERATOR, Optional.empty())).isZero();
    assertRefused(DomainException.Kind.IO, () -> fixture.allocate(S1));
    assertThat(fixture.core.allocations().release(OPERATOR, S1))
        .isInstanceOf(ReleaseOutcome.Released.class);

    assertThat(fixture.masking.mappings()).isEmpty();
    assertThat(fixture.core.scrubs().run(OPERATOR, Optional.empty())).isEqualTo(1);
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
  }

  @Test
  void timeFinishesAReleaseWhoseUnmapFailed() throws Exception {
    fixture.allocated(S1);
    fixture.masking.failUnmaps(1);
    assertRefused(DomainException.Kind.IO, () -> fixture.core.allocations().release(OPERATOR, S1));

    fixture.core.tick();

    assertThat(fixture.masking.mappings()).isEmpty();
  }

  @Test
  void whenNoneIsReadyTheAnswerSaysSoAtOnce() throws Exception {
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(0));

    assertThat(fixture.allocate(S1)).isEqualTo(new AllocationOutcome.NoReplicaReady(WEB, 0, 0));
    assertThat(fixture.core.allocations().find(S1)).isEmpty();
  }

  @Test
  @Tag("CH-1")
  void imageOfATenantIsNotGivenToAnother() throws Exception {
    ImageName own = new ImageName("own");
    Path file = directory.resolve("own.raw");
    Files.write(file, new byte[4096]);
    var unused =
        fixture
            .core
            .images()
            .importRaw(
                OPERATOR, new ImageImport(own, Optional.of(new TenantName("rich")), file, "test"));

    assertRefused(
        DomainException.Kind.CONFLICT,
        () -> fixture.core.allocations().allocate(OPERATOR, S1, ACME, own));
  }

  @Test
  void everyMoveIsRecorded() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());

    assertThat(fixture.core.replicas().history(replica))
        .extracting(ReplicaMove::to)
        .containsExactly(
            ReplicaState.BUILDING,
            ReplicaState.READY,
            ReplicaState.ALLOCATED,
            ReplicaState.RETURNED,
            ReplicaState.SCRUBBING,
            ReplicaState.READY);
    assertThat(fixture.core.replicas().history(replica).get(2).actor()).isEqualTo(OPERATOR);
  }

  @Test
  void auditTrailIsReadNewestFirstInPages() throws Exception {
    fixture.allocated(S1);
    fixture.core.allocations().release(OPERATOR, S1);

    var newest = fixture.core.audit().list(OptionalLong.empty(), 2);
    var next = fixture.core.audit().list(OptionalLong.of(newest.get(1).sequence()), 1);

    assertThat(newest).extracting(AuditEntry::action).containsExactly("release", "allocate");
    assertThat(next).extracting(AuditEntry::action).containsExactly("tenant.create");
    assertThat(newest.get(0).subject()).isEqualTo("s1");
  }

  @Test
  void restartRestoresWhatServersSee() throws Exception {
    Allocation one = fixture.allocated(S1);
    Allocation two = fixture.allocated(S2);

    fixture.restart();

    assertThat(fixture.report.differences()).isEmpty();
    assertThat(fixture.masking.mappings())
        .extracting(LunMapping::volume)
        .containsExactlyInAnyOrder(one.replica().volume(), two.replica().volume());
    assertThat(fixture.core.allocations().list()).containsExactly(one, two);
  }
}

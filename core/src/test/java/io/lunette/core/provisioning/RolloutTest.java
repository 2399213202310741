/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.IMAGE_BYTES;
import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.boot.BootAnswer;
import io.lunette.core.boot.BootIdentity;
import io.lunette.core.image.ImageRef;
import io.lunette.core.load.TargetCounters;
import io.lunette.core.move.MoveState;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.replica.ReplicaMove;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.rollout.RolloutServer;
import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.DeviceContent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New versions reach servers at their next boot, and old ones come back so. */
@Tag("HA-6")
@Tag("HA-8")
@Tag("WA-12")
class RolloutTest {

  @TempDir private Path directory;
  private final RecordedPower power = new RecordedPower();
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory);
    fixture.power = power;
    fixture.start().stocked(3);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private BootAnswer boot(ServerName server) throws DomainException {
    return fixture
        .core
        .networkBoot()
        .boot(new BootIdentity.ByInitiator(CoreFixture.initiator(server)));
  }

  private Allocation booted(ServerName server) throws DomainException {
    assertThat(boot(server)).isInstanceOf(BootAnswer.Disk.class);
    return fixture.core.allocations().find(server).orElseThrow();
  }

  private void setPolicy(BootPolicy policy) throws DomainException {
    fixture.core.rollouts().setPolicy(OPERATOR, WEB, policy);
  }

  private void assertContent(ReplicaName replica, long seed) throws Exception {
    assertThat(DeviceContent.read(fixture.driver, replica.volume(), 0, IMAGE_BYTES))
        .isEqualTo(DeviceContent.pattern(IMAGE_BYTES, seed));
  }

  @Test
  void aStatelessServerGetsTheNewVersionAtItsNextBootAndTheOldOneIsScrubbed() throws Exception {
    setPolicy(BootPolicy.STATELESS);
    fixture.allocated(S1);
    ReplicaName old = booted(S1).replica();
    fixture.importImage(WEB, 2);
    assertThat(fixture.core.allocations().find(S1).orElseThrow().replica()).isEqualTo(old);

    Allocation now = booted(S1);

    assertThat(now.imageVersion()).isEqualTo(2);
    assertThat(now.mapping().lun()).isZero();
    assertContent(now.replica(), 2);
    assertThat(fixture.core.replicas().history(old))
        .extracting(ReplicaMove::to)
        .containsSubsequence(ReplicaState.RETURNED, ReplicaState.SCRUBBING, ReplicaState.RETIRED);
    assertThat(booted(S1).replica()).as("it is current now").isEqualTo(now.replica());
  }

  @Test
  void publishingTheFormerVersionRollsBackTheSameWay() throws Exception {
    setPolicy(BootPolicy.STATELESS);
    fixture.importImage(WEB, 2);
    fixture.allocated(S1);
    assertThat(booted(S1).imageVersion()).isEqualTo(2);

    fixture.core.images().publish(OPERATOR, ImageRef.of(WEB, 1));

    Allocation back = booted(S1);
    assertThat(back.imageVersion()).isEqualTo(1);
    assertContent(back.replica(), 1);
  }

  @Test
  void aPersistentServerKeepsItsReplicaUntilSomebodyUpgradesIt() throws Exception {
    ReplicaName old = fixture.allocated(S1).replica();
    fixture.importImage(WEB, 2);
    assertThat(booted(S1).replica()).isEqualTo(old);

    assertThat(fixture.core.rollouts().upgrade(OPERATOR, S1).orElseThrow().state())
        .isEqualTo(MoveState.DONE);

    assertThat(booted(S1).imageVersion()).isEqualTo(2);
    assertThat(fixture.core.rollouts().upgrade(OPERATOR, S1)).isEmpty();
    assertThat(power.restarted).isEmpty();
  }

  @Test
  void anUpgradeRestartsAServerWhosePowerIsControlled() throws Exception {
    fixture
        .core
        .servers()
        .configure(
            OPERATOR, S1, p -> p.withPower(Optional.of(PowerAddress.parse("hook:/bin/true"))));
    fixture.allocated(S1);
    fixture.importImage(WEB, 2);

    fixture.core.rollouts().upgrade(OPERATOR, S1);

    assertThat(power.restarted).containsExactly(S1);
    assertRefused(
        DomainException.Kind.INVALID, () -> fixture.core.rollouts().upgrade(OPERATOR, S2));
  }

  @Test
  void freshMeansThatNothingOfABootIsThereAtTheNext() throws Exception {
    setPolicy(BootPolicy.FRESH);
    fixture.allocated(S1);
    ReplicaName first = booted(S1).replica();
    DeviceContent.write(fixture.driver, first.volume(), 0, DeviceContent.pattern(4096, 77));

    fixture.clock.advance(Duration.ofMinutes(1));
    ReplicaName second = booted(S1).replica();

    assertThat(second).isNotEqualTo(first);
    assertContent(second, 1);
    assertThat(fixture.replica(first).state()).isEqualTo(ReplicaState.RETURNED);
  }

  @Test
  void withoutAFreshReplicaAFreshServerWaitsAndAStatelessOneBootsWhatItHas() throws Exception {
    fixture.allocated(S1);
    fixture.allocated(S2);
    fixture.core.servers().configure(OPERATOR, S1, p -> p.withBoot(Optional.of(BootPolicy.FRESH)));
    fixture
        .core
        .servers()
        .configure(OPERATOR, S2, p -> p.withBoot(Optional.of(BootPolicy.STATELESS)));
    booted(S1);
    booted(S2);
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(0));
    fixture.importImage(WEB, 2);

    assertThat(boot(S1)).isEqualTo(new BootAnswer.Wait(S1, "no fresh replica is ready"));
    assertThat(booted(S2).imageVersion()).isEqualTo(1);

    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(2));
    fixture.clock.advance(Duration.ofMinutes(1));
    assertThat(booted(S1).imageVersion()).isEqualTo(2);
    assertThat(booted(S2).imageVersion()).isEqualTo(2);
  }

  @Test
  void progressSaysWhoRunsWhatAndWhatIsPending() throws Exception {
    fixture.allocated(S1);
    fixture.importImage(WEB, 2);
    fixture.allocated(S2);
    fixture
        .core
        .servers()
        .configure(OPERATOR, S1, p -> p.withBoot(Optional.of(BootPolicy.STATELESS)));

    var status = fixture.core.rollouts().get(WEB);

    assertThat(status.current()).contains(2);
    assertThat(status.versions()).containsEntry(1, 1).containsEntry(2, 1);
    assertThat(status.pending()).isOne();
    assertThat(status.servers())
        .filteredOn(RolloutServer::pending)
        .extracting(RolloutServer::server)
        .containsExactly(S1);

    fixture.restart();
    booted(S1);

    assertThat(fixture.core.rollouts().get(WEB).pending()).isZero();
  }

  @Test
  void askingAgainAndAgainUsesUpNoReplicas() throws Exception {
    setPolicy(BootPolicy.FRESH);
    fixture.allocated(S1);
    ReplicaName replica = booted(S1).replica();

    for (int i = 0; i < 5; i++) {
      assertThat(boot(S1)).isEqualTo(new BootAnswer.Wait(S1, "it was told to boot a moment ago"));
    }

    assertThat(fixture.core.allocations().find(S1).orElseThrow().replica()).isEqualTo(replica);
  }

  @Test
  void nobodyTakesAReplicaFromAServerThatIsLoggedInByAskingInItsName() throws Exception {
    fixture.allocated(S1);
    ReplicaName replica = booted(S1).replica();
    fixture.importImage(WEB, 2);
    fixture.targetLoad = Map.of(CoreFixture.initiator(S1), new TargetCounters(1, 0, 1, 0, 0));
    fixture.clock.advance(Duration.ofMinutes(1));

    for (BootPolicy policy : List.of(BootPolicy.STATELESS, BootPolicy.FRESH)) {
      setPolicy(policy);
      assertThat(boot(S1)).isInstanceOf(BootAnswer.Wait.class);
      assertThat(fixture.core.allocations().find(S1).orElseThrow().replica()).isEqualTo(replica);
    }
  }

  @Test
  void aServerWhoseImageHasNoCurrentVersionBootsWhatItHas() throws Exception {
    setPolicy(BootPolicy.STATELESS);
    fixture.allocated(S1);
    fixture.core.images().retire(OPERATOR, ImageRef.of(WEB, 1));

    assertThat(booted(S1).imageVersion()).isEqualTo(1);
    assertThat(fixture.core.rollouts().get(WEB).current()).isEmpty();
    assertThat(fixture.core.rollouts().get(WEB).versions()).containsEntry(1, 1);
    assertThat(fixture.core.rollouts().get(WEB).pending()).isZero();
  }

  @Test
  void lookingChangesNothing() throws Exception {
    setPolicy(BootPolicy.FRESH);
    fixture.allocated(S1);
    ReplicaName replica = booted(S1).replica();

    fixture.core.networkBoot().look(new BootIdentity.ByInitiator(CoreFixture.initiator(S1)));

    assertThat(fixture.core.allocations().find(S1).orElseThrow().replica()).isEqualTo(replica);
  }
}

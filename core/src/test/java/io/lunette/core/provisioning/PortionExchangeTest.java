/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.ACME;
import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.boot.BootAnswer;
import io.lunette.core.boot.BootIdentity;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageImport;
import io.lunette.core.image.ImageLabels;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImageRef;
import io.lunette.core.image.ImageSource;
import io.lunette.core.load.TargetCounters;
import io.lunette.core.move.MoveState;
import io.lunette.core.move.ServerMove;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A new version of a split image is a new shared portion; what a server wrote stays. */
@Tag("HA-6")
@Tag("WA-12")
final class PortionExchangeTest {

  private static final ImageName SPLIT = new ImageName("split");
  private static final byte[] WRITTEN = DeviceContent.pattern(8192, 99);
  private static final int POINTS_MIN = 10;

  @TempDir private Path directory;
  private final Logger log = (Logger) LoggerFactory.getLogger("io.lunette.core");
  private RecordedPower power;
  private CoreFixture fixture;
  private Image one;
  private Image two;

  @BeforeEach
  void start() throws Exception {
    log.setLevel(Level.OFF);
    prepare(directory);
  }

  private void prepare(Path home) throws Exception {
    power = new RecordedPower();
    fixture = new CoreFixture(home);
    fixture.power = power;
    fixture.start();
    one = fixture.imported(portions(1)).image();
    fixture.core.pools().set(OPERATOR, SPLIT, PoolChange.ready(2));
    fixture.addServer(S1);
    fixture.addServer(S2);
    allocate(S1);
    allocate(S2);
    DeviceContent.write(fixture.driver, held(S1).replica().volume(), 4096, WRITTEN);
    two = fixture.imported(portions(2)).image();
  }

  @AfterEach
  void close() {
    fixture.close();
    log.setLevel(null);
  }

  private ImageImport portions(long shared) throws Exception {
    return new ImageImport(
        SPLIT,
        Optional.empty(),
        new ImageSource(
            fixture.imageFile(new ImageName("writable"), 8),
            Optional.of(fixture.imageFile(new ImageName("shared"), shared)),
            OptionalInt.empty()),
        "a test",
        ImageLabels.NONE,
        true);
  }

  private AllocationOutcome allocate(ServerName server) throws DomainException {
    return fixture.core.allocations().allocate(OPERATOR, server, ACME, SPLIT);
  }

  private Allocation held(ServerName server) throws DomainException {
    return fixture.core.allocations().find(server).orElseThrow();
  }

  private BootAnswer boot(ServerName server) throws DomainException {
    return fixture
        .core
        .networkBoot()
        .boot(new BootIdentity.ByInitiator(CoreFixture.initiator(server)));
  }

  private void follow() throws DomainException {
    fixture.core.rollouts().setPolicy(OPERATOR, SPLIT, BootPolicy.STATELESS);
  }

  private void controlPower(ServerName server) throws DomainException {
    fixture
        .core
        .servers()
        .configure(
            OPERATOR, server, p -> p.withPower(Optional.of(PowerAddress.parse("hook:/bin/true"))));
  }

  private ServerMove upgrade(ServerName server) throws DomainException {
    return fixture.core.rollouts().upgrade(OPERATOR, server).orElseThrow();
  }

  private List<VolumeName> seenBy(ServerName server) {
    return fixture.masking.mappings().stream()
        .filter(mapping -> mapping.initiator().equals(CoreFixture.initiator(server)))
        .sorted(Comparator.comparingInt(LunMapping::lun))
        .map(LunMapping::volume)
        .toList();
  }

  private static VolumeName portion(Image image) {
    return image.shared().orElseThrow().volume();
  }

  /** The server sees the portion of that version as LUN 0, and what it wrote as LUN 1. */
  private void assertRuns(Image version, Allocation before) throws Exception {
    Allocation now = held(S1);
    assertThat(now.id()).isEqualTo(before.id());
    assertThat(now.replica()).isEqualTo(before.replica());
    assertThat(now.imageVersion()).isEqualTo(version.version());
    assertThat(now.boot().volume()).isEqualTo(portion(version));
    assertThat(now.boot().lun()).isZero();
    assertThat(now.mapping()).isEqualTo(before.mapping());
    assertThat(seenBy(S1)).containsExactly(portion(version), before.replica().volume());
    assertThat(DeviceContent.read(fixture.driver, before.replica().volume(), 4096, 8192))
        .isEqualTo(WRITTEN);
    assertThat(fixture.replica(before.replica()).state()).isEqualTo(ReplicaState.ALLOCATED);
  }

  @Test
  void aBootGetsTheNewPortionAndKeepsTheWritableVolumeAndRollsBackTheSameWay() throws Exception {
    follow();
    Allocation before = held(S1);
    assertThat(fixture.core.rollouts().get(SPLIT).pending()).isEqualTo(2);

    assertThat(boot(S1)).isInstanceOf(BootAnswer.Disk.class);

    assertRuns(two, before);
    assertThat(seenBy(S2)).first().isEqualTo(portion(one));
    assertThat(fixture.core.rollouts().get(SPLIT).versions())
        .containsEntry(1, 1)
        .containsEntry(2, 1);
    fixture.restart();
    assertThat(fixture.report.differences()).isEmpty();
    assertRuns(two, before);

    fixture.core.images().publish(OPERATOR, ImageRef.of(SPLIT, 1));
    assertRuns(two, before);
    assertThat(boot(S1)).isInstanceOf(BootAnswer.Disk.class);
    assertRuns(one, before);
  }

  @Test
  void noReplicaNeedsToBeReady() throws Exception {
    fixture.core.pools().set(OPERATOR, SPLIT, PoolChange.ready(0));
    follow();
    Allocation before = held(S1);

    boot(S1);

    assertRuns(two, before);
  }

  @Test
  void aPersistentServerGetsItWhenSomebodySaysSo() throws Exception {
    Allocation before = held(S1);
    boot(S1);
    assertRuns(one, before);

    assertThat(upgrade(S1).state()).isEqualTo(MoveState.DONE);

    assertRuns(two, before);
    assertThat(fixture.core.rollouts().upgrade(OPERATOR, S1)).isEmpty();
  }

  @Test
  void theOldPortionGoesBeforeTheRestartAndTheNewOneComesAfterIt() throws Exception {
    controlPower(S1);
    Allocation before = held(S1);
    power.whileRestarting =
        server -> assertThat(seenBy(server)).containsExactly(before.replica().volume());

    assertThat(upgrade(S1).state()).isEqualTo(MoveState.DONE);

    assertThat(power.restarted).containsExactly(S1);
    assertRuns(two, before);
  }

  @Test
  void aServerThatCannotBeRestartedHasTheOldPortionAgain() throws Exception {
    controlPower(S1);
    Allocation before = held(S1);
    power.failures = 3;

    upgrade(S1);
    assertThat(seenBy(S1)).containsExactly(before.replica().volume());
    assertThat(boot(S1)).isEqualTo(new BootAnswer.Wait(S1, "it is being moved"));
    for (int i = 0; i < 2; i++) {
      fixture.clock.advance(Duration.ofMinutes(1));
      fixture.core.tick();
    }

    assertThat(fixture.core.moves().find(S1).orElseThrow().state()).isEqualTo(MoveState.FAILED);
    assertRuns(one, before);
  }

  @Test
  void aVersionThatIsWithdrawnMeanwhileLeavesTheOldPortion() throws Exception {
    controlPower(S1);
    Allocation before = held(S1);
    power.whileRestarting = server -> retireBoth();

    assertThat(upgrade(S1).state()).isEqualTo(MoveState.FAILED);

    assertRuns(one, before);
  }

  private void retireBoth() {
    try {
      fixture.core.images().retire(OPERATOR, ImageRef.of(SPLIT, 1));
      fixture.core.images().retire(OPERATOR, ImageRef.of(SPLIT, 2));
    } catch (DomainException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theOldVersionGoesWhenNobodySeesItsPortionAndNoReplicaIsMadeOfIt() throws Exception {
    follow();
    boot(S1);
    fixture.core.images().retire(OPERATOR, ImageRef.of(SPLIT, 1));
    fixture.core.allocations().release(OPERATOR, S2);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    fixture.core.tick();
    assertThat(fixture.driver.find(portion(one))).as("S1's volume is made of it").isPresent();

    fixture.core.allocations().release(OPERATOR, S1);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    fixture.core.tick();

    assertThat(fixture.driver.find(portion(one))).isEmpty();
    assertThat(fixture.driver.find(portion(two))).isPresent();
  }

  @Test
  void theVersionThatAServerRunsIsNotDeleted() throws Exception {
    follow();
    Allocation before = held(S1);
    boot(S1);
    fixture.core.images().publish(OPERATOR, ImageRef.of(SPLIT, 1));

    assertRefused(
        DomainException.Kind.BUSY,
        () -> fixture.core.images().delete(OPERATOR, ImageRef.of(SPLIT, 2)));

    assertRuns(two, before);
    boot(S1);
    fixture.core.images().delete(OPERATOR, ImageRef.of(SPLIT, 2));
    assertRuns(one, before);
  }

  @Test
  void releaseInTheMiddleEndsTheMoveAndLeavesNothingInReach() throws Exception {
    controlPower(S1);
    power.failures = 1;
    upgrade(S1);
    assertRefused(DomainException.Kind.BUSY, () -> allocate(S1));

    fixture.core.allocations().release(OPERATOR, S1);

    assertThat(fixture.core.moves().find(S1).orElseThrow().state()).isEqualTo(MoveState.FAILED);
    assertThat(seenBy(S1)).isEmpty();
    fixture.clock.advance(Duration.ofMinutes(1));
    fixture.core.tick();
    assertThat(power.restarted).isEmpty();
    assertThat(allocate(S1)).isInstanceOf(AllocationOutcome.Allocated.class);
    assertThat(seenBy(S1)).containsExactly(portion(two), held(S1).replica().volume());
  }

  @Test
  void whoeverAsksInTheNameOfAServerThatIsLoggedInTakesNothingFromIt() throws Exception {
    follow();
    Allocation before = held(S1);
    fixture.targetLoad = Map.of(CoreFixture.initiator(S1), new TargetCounters(0, 0, 0, 0, 0));

    assertThat(boot(S1)).isInstanceOf(BootAnswer.Wait.class);
    assertRuns(one, before);

    fixture.targetLoad = Map.of();
    boot(S1);
    assertRuns(two, before);
  }

  @Test
  void killedBeforeAnyStepItEndsWithOnePortionAndTheSameWritableVolume() throws Exception {
    assertThat(killEverywhere(false)).isGreaterThan(POINTS_MIN);
  }

  @Test
  void killedAfterAnyStepItEndsWithOnePortionAndTheSameWritableVolume() throws Exception {
    assertThat(killEverywhere(true)).isGreaterThan(POINTS_MIN);
  }

  private int killEverywhere(boolean afterwards) throws Exception {
    int point = 1;
    while (isKilledAt(point, afterwards)) {
      point++;
    }
    return point;
  }

  /** Whether an upgrade had so many calls at all. */
  private boolean isKilledAt(int point, boolean afterwards) throws Exception {
    Path former = fixture.directory;
    fixture.close();
    prepare(Files.createDirectory(directory.resolve(point + "-" + afterwards)));
    if (!former.equals(directory)) {
      CoreFixture.discard(former);
    }
    controlPower(S1);
    Allocation before = held(S1);
    Faults faults = Faults.at(point, afterwards);
    fixture.faults = faults;
    try {
      fixture.restart();
      upgrade(S1);
    } catch (Faults.Killed e) {
      assertThat(faults.isDead()).isTrue();
    }
    fixture.faults = Faults.none();
    fixture.crashAndStart();

    assertThat(fixture.report.unresolved()).isEmpty();
    fixture.core.tick();
    boolean begun = fixture.core.moves().find(S1).isPresent();
    assertRuns(begun ? two : one, before);
    assertThat(fixture.masking.violations()).isEmpty();
    return faults.isDead();
  }
}

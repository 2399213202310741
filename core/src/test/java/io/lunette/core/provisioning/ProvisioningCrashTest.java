/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.image.ImageRef;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.pool.PoolTermsChange;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.replica.ReplicaVolume;
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Kills the core at every changing call of catalog, driver and masking in turn, before and after
 * its effect, starts it again and checks that nothing is stuck, lost, dirty or handed out twice;
 * then does it all once more to the end.
 */
final class ProvisioningCrashTest {

  private static final int POINTS_MIN = 25;

  @TempDir private Path directory;
  private final Logger log = (Logger) LoggerFactory.getLogger("io.lunette.core");

  @BeforeEach
  void silenceTheDead() {
    log.setLevel(Level.OFF);
  }

  @AfterEach
  void speakAgain() {
    log.setLevel(null);
  }

  @Test
  void killedBeforeAnyCallItStartsAgainWithNothingStuckLostOrDirty() throws Exception {
    assertThat(killEverywhere(false, Terms.USUAL)).isGreaterThan(POINTS_MIN);
  }

  @Test
  void killedAfterAnyCallItStartsAgainWithNothingStuckLostOrDirty() throws Exception {
    assertThat(killEverywhere(true, Terms.USUAL)).isGreaterThan(POINTS_MIN);
  }

  @Test
  void killedBeforeAnyCallWhileFullCopiesAreMadeAnewItTakesNoneForAnothers() throws Exception {
    assertThat(killEverywhere(false, Terms.FULL_COPIES)).isGreaterThan(POINTS_MIN);
  }

  @Test
  void killedAfterAnyCallWhileReplicasAreReformattedItTakesNoneForAnothers() throws Exception {
    assertThat(killEverywhere(true, Terms.REFORMAT)).isGreaterThan(POINTS_MIN);
  }

  /** How the pool makes and scrubs replicas. */
  private enum Terms {
    USUAL(CloneKind.DEPENDENT, false),
    FULL_COPIES(CloneKind.INDEPENDENT, false),
    REFORMAT(CloneKind.DEPENDENT, true);

    private final PoolTermsChange change;

    Terms(CloneKind kind, boolean reformat) {
      this.change =
          new PoolTermsChange(
              Optional.of(kind),
              Optional.empty(),
              OptionalDouble.empty(),
              OptionalInt.empty(),
              OptionalInt.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.of(reformat));
    }
  }

  private int killEverywhere(boolean afterwards, Terms terms) throws Exception {
    int point = 1;
    while (isKilledAt(point, afterwards, terms)) {
      point++;
    }
    return point;
  }

  /** Whether the day had so many calls at all. */
  private boolean isKilledAt(int point, boolean afterwards, Terms terms) throws Exception {
    Path home = Files.createDirectory(directory.resolve(point + "-" + afterwards));
    CoreFixture fixture = new CoreFixture(home);
    Faults faults = Faults.at(point, afterwards);
    fixture.faults = faults;
    try {
      fixture.start();
      day(fixture, terms);
    } catch (Faults.Killed e) {
      assertThat(faults.isDead()).isTrue();
    }
    fixture.faults = Faults.none();
    fixture.crashAndStart();
    try (fixture) {
      check(fixture);
      day(fixture, terms);
      check(fixture);
      assertThat(fixture.core.allocations().list())
          .extracting(Allocation::server)
          .containsExactly(S2);
      fixture.crashAndStart();
      check(fixture);
    }
    CoreFixture.discard(home);
    return faults.isDead();
  }

  /** A day of a data centre; every step is safe to repeat. */
  private static void day(CoreFixture fixture, Terms terms) throws Exception {
    if (fixture.core.images().find(ImageRef.current(WEB)).isEmpty()) {
      try {
        fixture.importImage(WEB, 1);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Faults.Killed killed ? killed : e;
      }
    }
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.terms(terms.change));
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(2));
    fixture.addServer(S1);
    fixture.addServer(S2);
    write(fixture, fixture.allocated(S1).replica());
    fixture.core.allocations().release(OPERATOR, S1);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    write(fixture, fixture.allocated(S2).replica());
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(1));
  }

  private static void write(CoreFixture fixture, ReplicaName replica) throws Exception {
    DeviceContent.write(fixture.driver, replica.volume(), 0, DeviceContent.pattern(8192, 7));
  }

  private static void check(CoreFixture fixture) throws Exception {
    assertThat(fixture.report.unresolved()).isEmpty();
    List<Replica> replicas = fixture.replicas();
    for (Replica replica : replicas) {
      assertThat(replica.state())
          .as(replica.name().value())
          .isIn(ReplicaState.READY, ReplicaState.ALLOCATED, ReplicaState.RETURNED);
      assertThat(replica.known().map(ReplicaVolume::id))
          .isEqualTo(fixture.driver.find(replica.volume()).map(VolumeInfo::uuid));
      if (replica.state() == ReplicaState.READY) {
        assertThat(fixture.isClean(replica.name())).as("%s is clean", replica.name()).isTrue();
      }
    }
    checkMasking(fixture, replicas);
    checkVolumes(fixture, replicas);
  }

  private static void checkMasking(CoreFixture fixture, List<Replica> replicas)
      throws DomainException {
    Set<VolumeName> allocated =
        replicas.stream()
            .filter(replica -> replica.state() == ReplicaState.ALLOCATED)
            .map(Replica::volume)
            .collect(Collectors.toSet());
    assertThat(fixture.masking.mappings())
        .extracting(LunMapping::volume)
        .containsExactlyInAnyOrderElementsOf(allocated);
    assertThat(fixture.core.allocations().list())
        .extracting(allocation -> allocation.replica().volume())
        .containsExactlyInAnyOrderElementsOf(allocated);
    assertThat(fixture.masking.violations()).isEmpty();
  }

  /** No volume is forgotten: each belongs to an image or a replica of the catalog. */
  private static void checkVolumes(CoreFixture fixture, List<Replica> replicas) throws Exception {
    Set<VolumeName> known = replicas.stream().map(Replica::volume).collect(Collectors.toSet());
    fixture.core.images().list().forEach(image -> known.add(image.volume()));
    assertThat(fixture.driver.list())
        .extracting(VolumeInfo::name)
        .containsExactlyInAnyOrderElementsOf(known);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.ACME;
import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.image.ImageName;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a place that does not answer holds up: what is at that place, and nothing else. */
final class PlacesTest {

  private static final ImageName REMOTE = new ImageName("remote");
  private static final int STEPS = 150;

  @TempDir private Path directory;
  private final FarPlace far = new FarPlace(REMOTE);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> held = new ArrayList<>();
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory);
    fixture.far = Optional.of(far);
    fixture.workers = threads;
    fixture.start();
    fixture.importImage(WEB, 1);
    fixture.importImage(REMOTE, 1);
    fixture.addServer(S1);
    fixture.addServer(S2);
  }

  @AfterEach
  void stop() {
    far.answer();
    fixture.close();
    threads.shutdownNow();
  }

  @Test
  void aRefillThatWaitsForAPlaceLeavesTheOtherPoolsToBeFilledAndAllocatedFrom() throws Exception {
    far.fallSilent();
    ready(REMOTE, 3);
    eventually(() -> far.waiting() > 0);

    ready(WEB, 3);

    eventually(() -> count(WEB, ReplicaState.READY) == 3);
    assertThat(fixture.allocate(S1)).isInstanceOf(AllocationOutcome.Allocated.class);
    eventually(() -> count(WEB, ReplicaState.READY) == 3);
    assertThat(count(REMOTE, ReplicaState.READY)).isZero();
    far.answer();
    eventually(() -> count(REMOTE, ReplicaState.READY) == 3);
  }

  @Test
  void aReplicaThatCannotBeTakenAwayOrScrubbedLeavesTheOthersTo() throws Exception {
    ready(REMOTE, 1);
    ready(WEB, 2);
    eventually(() -> count(REMOTE, ReplicaState.READY) == 1);
    eventually(() -> count(WEB, ReplicaState.READY) == 2);
    fixture.core.allocations().allocate(OPERATOR, S1, ACME, REMOTE);
    fixture.allocated(S2);
    far.fallSilent();
    inBackground(() -> fixture.core.allocations().release(OPERATOR, S1));
    eventually(() -> far.waiting() > 0);

    fixture.core.allocations().release(OPERATOR, S2);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());

    eventually(() -> isReadyAgain(WEB, 2));
    eventually(() -> count(REMOTE, ReplicaState.ALLOCATED) == 0);
    far.answer();
    eventually(
        () -> {
          fixture.core.scrubs().run(OPERATOR, Optional.empty());
          return isReadyAgain(REMOTE, 1);
        });
  }

  @Test
  void volumesThatCannotBeDeletedLeaveTheOthersTo() throws Exception {
    ready(REMOTE, 300);
    ready(WEB, 300);
    eventually(() -> count(REMOTE, ReplicaState.READY) == 300);
    eventually(() -> count(WEB, ReplicaState.READY) == 300);
    far.fallSilent();

    ready(REMOTE, 0);
    ready(WEB, 0);

    eventually(() -> volumes().stream().filter(PlacesTest::isReplica).count() == 300);
    far.answer();
    eventually(() -> volumes().stream().noneMatch(PlacesTest::isReplica));
  }

  @Test
  void whateverHappensMeanwhileTheBooksAreRightWhenThePlaceAnswersAgain() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    try {
      for (int step = 0; step < STEPS; step++) {
        step(random);
      }
      far.answer();
      for (Future<?> each : held) {
        each.get(60, TimeUnit.SECONDS);
      }
      ready(WEB, 2);
      ready(REMOTE, 2);
      eventually(this::isSettled);
      assertThat(fixture.masking.violations()).isEmpty();
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  /** One thing at random; what is near is done there and then, whatever the far place does. */
  private void step(Random random) throws Exception {
    int ready = random.nextInt(4);
    switch (random.nextInt(9)) {
      case 0 -> far.fallSilent();
      case 1 -> far.answer();
      case 2 -> ready(REMOTE, ready);
      case 3 -> ready(WEB, ready);
      case 4 -> inBackground(() -> fixture.core.allocations().allocate(OPERATOR, S1, ACME, REMOTE));
      case 5 -> inBackground(() -> fixture.core.allocations().release(OPERATOR, S1));
      case 6 -> near(() -> fixture.allocate(S2));
      case 7 -> near(() -> fixture.core.allocations().release(OPERATOR, S2));
      default -> near(() -> fixture.core.scrubs().run(OPERATOR, Optional.empty()));
    }
  }

  private void near(Callable<?> call) throws Exception {
    assertThat(threads.submit(call).get(60, TimeUnit.SECONDS)).isNotNull();
  }

  private void inBackground(Callable<?> call) {
    held.add(threads.submit(call));
  }

  /**
   * Both pools are full, all is clean, and there are the volumes of the replicas that there are and
   * no other.
   */
  private boolean isSettled() throws Exception {
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    fixture.core.tick();
    Set<VolumeName> wanted =
        fixture.replicas().stream()
            .filter(replica -> replica.state() != ReplicaState.RETIRED)
            .map(Replica::volume)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<VolumeName> there = new TreeSet<>(volumes());
    there.removeIf(name -> !isReplica(name));
    return count(WEB, ReplicaState.READY) >= 2
        && count(REMOTE, ReplicaState.READY) >= 2
        && fixture.count(ReplicaState.RETURNED) == 0
        && fixture.count(ReplicaState.SCRUBBING) == 0
        && there.equals(wanted)
        && areClean();
  }

  private boolean areClean() throws Exception {
    for (Replica replica : fixture.replicas()) {
      if (replica.state() == ReplicaState.READY && !fixture.isClean(replica.name())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isReplica(VolumeName name) {
    return name.value().startsWith("replica");
  }

  private List<VolumeName> volumes() throws Exception {
    return fixture.driver.list().stream().map(VolumeInfo::name).toList();
  }

  private void ready(ImageName image, int ready) throws Exception {
    near(() -> fixture.core.pools().set(OPERATOR, image, PoolChange.ready(ready)));
  }

  private long count(ImageName image, ReplicaState state) throws Exception {
    return fixture.replicas().stream()
        .filter(replica -> replica.imageName().equals(image) && replica.state() == state)
        .count();
  }

  /** Whether all that was returned is clean; others may have been made in its place meanwhile. */
  private boolean isReadyAgain(ImageName image, int ready) throws Exception {
    return count(image, ReplicaState.RETURNED) == 0
        && count(image, ReplicaState.SCRUBBING) == 0
        && count(image, ReplicaState.READY) >= ready;
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void eventually(Condition condition) throws Exception {
    for (int tries = 0; !condition.holds(); tries++) {
      assertThat(tries).as("tries").isLessThan(3000);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.ACME;
import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.node.Node;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerName;
import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.volume.DeviceContent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Two cores, each with volumes of its own, on one PostgreSQL. */
final class TwoNodesTest {

  private static final int SERVERS = 3;
  private static final int THREADS = 3;
  private static final int ROUNDS = 25;
  private static final int SERVED_MIN = 2;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

  @TempDir private Path directory;
  private final ExecutorService background = Executors.newFixedThreadPool(3);
  private final Set<ServerName> served = ConcurrentHashMap.newKeySet();
  private final Set<String> held = ConcurrentHashMap.newKeySet();
  private TwoNodes nodes;
  private CoreFixture a;
  private CoreFixture b;

  @BeforeEach
  void start() throws Exception {
    nodes = new TwoNodes(directory).start();
    a = nodes.a;
    b = nodes.b;
  }

  @AfterEach
  void close() {
    nodes.close();
    background.shutdownNow();
  }

  @Test
  void eachFillsItsOwnPoolAndSeesItsOwnReplicas() throws Exception {
    a.core.pools().set(OPERATOR, WEB, PoolChange.ready(2));
    b.core.pools().set(OPERATOR, WEB, PoolChange.ready(3));

    assertThat(a.count(ReplicaState.READY)).isEqualTo(2);
    assertThat(b.count(ReplicaState.READY)).isEqualTo(3);
    assertThat(a.driver.list()).hasSize(3);
    assertThat(b.driver.list()).hasSize(4);
    assertThat(b.core.servers().list()).hasSize(2);
    assertThat(b.core.nodes().list()).extracting(Node::name).hasSize(2);
    assertThat(a.report.unresolved()).isEmpty();
  }

  @Test
  void whatOneNodeHoldsForAServerIsRefusedByTheOtherWithItsName() throws Exception {
    a.core.pools().set(OPERATOR, WEB, PoolChange.ready(1));
    b.core.pools().set(OPERATOR, WEB, PoolChange.ready(1));
    a.allocated(S1);

    assertRefused(DomainException.Kind.CONFLICT, () -> b.allocate(S1));
    assertRefused(DomainException.Kind.CONFLICT, () -> b.core.allocations().release(OPERATOR, S1));
    assertThat(b.masking.mappings()).isEmpty();
    assertThat(a.masking.mappings()).hasSize(1);

    a.core.allocations().release(OPERATOR, S1);
    b.allocated(S1);
    assertThat(a.masking.mappings()).isEmpty();
    assertThat(b.masking.mappings()).hasSize(1);
  }

  @Test
  void eachScrubsItsOwnAndCertifiesWithItsOwnKey() throws Exception {
    for (CoreFixture each : List.of(a, b)) {
      each.core.pools().set(OPERATOR, WEB, PoolChange.ready(1));
      each.usedAndReleased(S1);
    }
    b.core.scrubs().run(OPERATOR, Optional.empty());

    assertThat(a.count(ReplicaState.RETURNED)).isEqualTo(1);
    assertThat(b.count(ReplicaState.RETURNED)).isZero();
    assertThat(a.core.certificates().chain(0, 10).documents()).hasSize(1);
    assertThat(b.core.certificates().chain(0, 10).documents()).hasSize(2);
    assertThat(b.core.certificates().chain(0, 10).head().text("keyId"))
        .isEqualTo(b.keys.keys().get(0).publicKey().id());
  }

  @Test
  void restartOfOneTouchesNothingOfTheOther() throws Exception {
    a.core.pools().set(OPERATOR, WEB, PoolChange.ready(1));
    b.core.pools().set(OPERATOR, WEB, PoolChange.ready(1));
    Allocation allocation = b.allocated(S2);

    a.crashAndStart();

    assertThat(a.report.differences()).isEmpty();
    assertThat(a.masking.mappings()).isEmpty();
    assertThat(b.masking.mappings()).containsExactly(allocation.mapping());
  }

  /**
   * Threads of both nodes give the same few servers replicas and take them back; one node dies in
   * the middle and comes back.
   */
  @Test
  void noServerAndNoReplicaIsEverInTwoHandsAndADeadNodeLosesNothing() throws Exception {
    Logger log = (Logger) LoggerFactory.getLogger("io.lunette.core");
    log.setLevel(Level.OFF);
    ExecutorService threads = Executors.newFixedThreadPool(2 * THREADS);
    try {
      for (CoreFixture each : List.of(a, b)) {
        each.workers = background;
        each.erases = background;
        each.settings = new CoreSettings(2, 3, 2, Duration.ofMillis(50), SpaceThresholds.DEFAULT);
        each.restart();
        each.core.pools().set(OPERATOR, WEB, policy());
      }
      for (int i = 0; i < SERVERS; i++) {
        a.addServer(server(i));
      }
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int seed = i;
        tasks.add(
            () -> {
              serve(b, seed);
              return null;
            });
      }
      List<Future<Void>> others = new ArrayList<>();
      tasks.forEach(task -> others.add(threads.submit(task)));
      serve(a, 99);
      a.catalog.close();
      a.volumes.crash();
      for (Future<Void> each : others) {
        each.get();
      }
      a.start();
      serve(a, 98);

      check(a);
      check(b);
    } finally {
      threads.shutdownNow();
      log.setLevel(null);
    }
  }

  private static PoolChange policy() {
    return new PoolChange(
        OptionalInt.of(3),
        OptionalInt.of(1),
        OptionalInt.of(2),
        Optional.empty(),
        Optional.empty());
  }

  private static ServerName server(int number) {
    return new ServerName("server" + number);
  }

  /** Goes on after the rounds until it was served: on a busy machine others refill in between. */
  private void serve(CoreFixture node, long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    long end = System.nanoTime() + PATIENCE_NANOS;
    int successes = 0;
    for (int round = 0; round < ROUNDS || successes < SERVED_MIN; round++) {
      assertThat(System.nanoTime()).as("served %d times", successes).isLessThan(end);
      ServerName server = server(random.nextInt(SERVERS));
      try {
        AllocationOutcome outcome = node.core.allocations().allocate(OPERATOR, server, ACME, WEB);
        if (outcome instanceof AllocationOutcome.Allocated allocated && !allocated.repeated()) {
          use(node, allocated.allocation());
          successes++;
          node.core.allocations().release(OPERATOR, server);
        }
      } catch (DomainException e) {
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(DomainException.Kind.CONFLICT);
      }
    }
  }

  /** Until it is released by the thread that got it, nobody else has the server or the replica. */
  private void use(CoreFixture node, Allocation allocation) throws Exception {
    String replica = allocation.replica().value();
    assertThat(served.add(allocation.server())).as("%s is served once", replica).isTrue();
    assertThat(held.add(replica)).as("%s is held once", replica).isTrue();
    assertThat(node.isClean(allocation.replica())).as("%s is clean", replica).isTrue();
    DeviceContent.write(
        node.driver, allocation.replica().volume(), 0, DeviceContent.pattern(4096, 7));
    assertThat(held.remove(replica)).isTrue();
    assertThat(served.remove(allocation.server())).isTrue();
  }

  private static void check(CoreFixture node) throws Exception {
    assertThat(node.masking.violations()).isEmpty();
    assertThat(node.masking.mappings()).isEmpty();
    assertThat(node.core.allocations().list()).isEmpty();
    assertThat(node.report.unresolved()).isEmpty();
    for (Replica replica : node.replicas()) {
      if (replica.state() == ReplicaState.READY) {
        assertThat(node.isClean(replica.name())).as(replica.name().value()).isTrue();
      }
    }
  }
}

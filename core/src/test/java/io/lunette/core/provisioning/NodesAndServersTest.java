/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.ACME;
import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.lunette.core.DomainException;
import io.lunette.core.balance.BalancePlan;
import io.lunette.core.balance.BalancerSettings;
import io.lunette.core.balance.GroupName;
import io.lunette.core.balance.ServerGroup;
import io.lunette.core.boot.BootAnswer;
import io.lunette.core.boot.BootIdentity;
import io.lunette.core.compose.LayerKey;
import io.lunette.core.image.ImageRef;
import io.lunette.core.move.Membership;
import io.lunette.core.move.MoveRequest;
import io.lunette.core.move.MoveState;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.VolumeName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Moves, groups, boot policies and layers of two nodes on one PostgreSQL: nothing is done twice.
 */
final class NodesAndServersTest {

  private static final GroupName WEBS = new GroupName("webs");
  private static final TenantName ZETA = new TenantName("zeta");

  @TempDir private Path directory;
  private final Logger log = (Logger) LoggerFactory.getLogger("io.lunette.core");
  private final RecordedPower powerOfA = new RecordedPower();
  private final RecordedPower powerOfB = new RecordedPower();
  private TwoNodes nodes;
  private CoreFixture a;
  private CoreFixture b;

  @BeforeEach
  void start() throws Exception {
    log.setLevel(Level.OFF);
    nodes = new TwoNodes(directory);
    a = nodes.a;
    b = nodes.b;
    a.power = powerOfA;
    b.power = powerOfB;
    nodes.start();
    for (CoreFixture each : List.of(a, b)) {
      each.core.pools().set(OPERATOR, WEB, PoolChange.ready(2));
    }
    a.core
        .servers()
        .configure(
            OPERATOR,
            S1,
            p -> p.withShared(true).withPower(Optional.of(PowerAddress.parse("hook:/bin/true"))));
  }

  @AfterEach
  void close() {
    nodes.close();
    log.setLevel(null);
  }

  private static ServerGroup group(TenantName tenant) {
    return new ServerGroup(
        WEBS, new Membership(tenant, WEB), 1, 1, 0, Optional.empty(), Duration.ofMinutes(5));
  }

  private void toFreePool(CoreFixture node) throws DomainException {
    var unused =
        node.core
            .moves()
            .begin(
                OPERATOR,
                new MoveRequest(
                    S1, Optional.of(new Membership(ACME, WEB)), Optional.empty(), true, "a test"));
  }

  @Test
  void aMoveGoesOnWhereItBeganAndNobodyElseGivesTheServerAnything() throws Exception {
    a.allocated(S1);
    powerOfA.failures = 1;
    toFreePool(a);

    b.core.tick();

    assertThat(powerOfB.restarted).isEmpty();
    assertThat(b.core.moves().find(S1).orElseThrow().state()).isEqualTo(MoveState.RESTARTING);
    assertRefused(DomainException.Kind.BUSY, () -> b.allocate(S1));
    assertRefused(DomainException.Kind.BUSY, () -> a.allocate(S1));
    a.clock.advance(Duration.ofMinutes(1));
    a.core.tick();
    assertThat(powerOfA.restarted).containsExactly(S1);
    assertThat(a.core.moves().find(S1).orElseThrow().state()).isEqualTo(MoveState.DONE);
    b.allocated(S1);
  }

  @Test
  void whatAnotherNodeHoldsIsNotMovedHere() throws Exception {
    a.allocated(S1);

    assertRefused(DomainException.Kind.CONFLICT, () -> toFreePool(b));

    assertThat(b.core.moves().list(10)).isEmpty();
  }

  @Test
  void twoBalancersThatWantOneFreeServerDoNotBothGetIt() throws Exception {
    a.core.balancer().setGroup(OPERATOR, group(ACME));
    b.core.balancer().setGroup(OPERATOR, group(ZETA));
    assertThat(a.core.balancer().groups()).containsExactly(group(ACME));
    a.core.balancer().configure(OPERATOR, s -> new BalancerSettings(true, 1, s.interval()));
    assertThat(b.core.balancer().settings()).isEqualTo(BalancerSettings.DEFAULT);

    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<BalancePlan> one = threads.submit(run(a));
      Future<BalancePlan> two = threads.submit(run(b));
      int begun = one.get().moves().size() + two.get().moves().size();
      assertThat(begun).isOne();
    } finally {
      threads.shutdownNow();
    }

    assertThat(powerOfA.restarted.size() + powerOfB.restarted.size()).isOne();
    assertThat(a.core.allocations().list()).hasSize(1);
    assertThat(a.masking.mappings().size() + b.masking.mappings().size()).isOne();
    assertThat(a.core.balancer().run(OPERATOR).moves()).isEmpty();
    assertThat(b.core.balancer().run(OPERATOR).moves()).isEmpty();
  }

  private static Callable<BalancePlan> run(CoreFixture node) {
    return () -> node.core.balancer().run(OPERATOR);
  }

  @Test
  void eachNodeRollsItsOwnImagesOut() throws Exception {
    a.core.rollouts().setPolicy(OPERATOR, WEB, BootPolicy.STATELESS);
    ReplicaName held = a.allocated(S1).replica();
    b.importImage(WEB, 2);
    b.core.rollouts().setPolicy(OPERATOR, WEB, BootPolicy.FRESH);

    assertThat(a.core.rollouts().get(WEB).policy()).isEqualTo(BootPolicy.STATELESS);
    assertThat(b.core.rollouts().get(WEB).servers()).isEmpty();
    assertThat(boot(b, S1)).isEqualTo(new BootAnswer.Wait(S1, "its replica is one of node a"));
    assertRefused(DomainException.Kind.CONFLICT, () -> b.core.rollouts().upgrade(OPERATOR, S1));
    assertThat(boot(a, S1)).isInstanceOf(BootAnswer.Disk.class);
    assertThat(a.core.allocations().find(S1).orElseThrow().replica()).isEqualTo(held);
  }

  private static BootAnswer boot(CoreFixture node, ServerName server) throws DomainException {
    return node.core
        .networkBoot()
        .boot(new BootIdentity.ByInitiator(CoreFixture.initiator(server)));
  }

  @Test
  void aLayerOfOneIsNoneOfTheOthersAndItsStartDeletesNone() throws Exception {
    var image = a.core.images().find(ImageRef.current(WEB)).orElseThrow();
    LayerKey key = LayerKey.ofBase(image.sha256().orElseThrow()).with("step", "1");
    VolumeName layer = a.core.compositions().make(key, image.volume(), device -> {});

    assertThat(b.core.compositions().find(key)).isEmpty();
    b.restart();

    assertThat(a.core.compositions().find(key)).contains(layer);
  }
}

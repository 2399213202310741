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
import io.lunette.core.audit.AuditEntry;
import io.lunette.core.balance.BalancePlan;
import io.lunette.core.balance.BalancerSettings;
import io.lunette.core.balance.GroupName;
import io.lunette.core.balance.LoadGoal;
import io.lunette.core.balance.ServerGroup;
import io.lunette.core.image.ImageName;
import io.lunette.core.move.Membership;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers follow the load, from the reports to the new replica. */
@Tag("SH-1")
@Tag("SH-3")
@Tag("SH-4")
@Tag("SH-6")
@Tag("SH-7")
class BalancerTest {

  private static final ImageName DB = new ImageName("db");
  private static final TenantName ZETA = new TenantName("zeta");
  private static final GroupName WEBS = new GroupName("webs");
  private static final GroupName DBS = new GroupName("dbs");
  private static final ServerName S3 = new ServerName("s3");

  @TempDir private Path directory;
  private final RecordedPower power = new RecordedPower();
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory);
    fixture.power = power;
    fixture.start().stocked(3);
    fixture.importImage(DB, 2);
    fixture.core.pools().set(OPERATOR, DB, PoolChange.ready(2));
    fixture.addServer(S3);
    for (ServerName each : List.of(S1, S2, S3)) {
      fixture
          .core
          .servers()
          .configure(
              OPERATOR,
              each,
              p -> p.withShared(true).withPower(Optional.of(PowerAddress.parse("hook:/bin/true"))));
    }
    fixture.core.balancer().setGroup(OPERATOR, group(WEBS, ACME, WEB, 1, 3));
    fixture.core.balancer().setGroup(OPERATOR, group(DBS, ZETA, DB, 1, 2));
    fixture.allocated(S1);
    fixture.allocated(S2);
    fixture.core.allocations().allocate(OPERATOR, S3, ZETA, DB);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private static ServerGroup group(
      GroupName name, TenantName tenant, ImageName image, int min, int max) {
    return new ServerGroup(
        name,
        new Membership(tenant, image),
        min,
        max,
        0,
        Optional.of(new LoadGoal("cpu", 50, 0.2)),
        Duration.ofMinutes(5));
  }

  private void report(double webs, double dbs) throws DomainException {
    fixture.core.loads().report(S1, new TreeMap<>(Map.of("cpu", webs)));
    fixture.core.loads().report(S2, new TreeMap<>(Map.of("cpu", webs + 1)));
    fixture.core.loads().report(S3, new TreeMap<>(Map.of("cpu", dbs)));
  }

  private void enable() throws DomainException {
    fixture
        .core
        .balancer()
        .configure(OPERATOR, s -> new BalancerSettings(true, s.movesMax(), s.interval()));
  }

  private TenantName tenantOf(ServerName server) throws DomainException {
    return fixture.core.allocations().find(server).map(Allocation::tenant).orElseThrow();
  }

  @Test
  void aServerGoesWhereTheLoadIsWithTheNewTenantsReplica() throws Exception {
    report(10, 90);

    BalancePlan plan = fixture.core.balancer().plan();
    assertThat(plan.moves()).hasSize(1);
    assertThat(tenantOf(S1)).as("a plan moves nothing").isEqualTo(ACME);
    assertThat(fixture.core.balancer().run(OPERATOR)).isEqualTo(plan);

    assertThat(tenantOf(S1)).isEqualTo(ZETA);
    assertThat(tenantOf(S2)).isEqualTo(ACME);
    assertThat(power.restarted).containsExactly(S1);
    assertThat(fixture.core.audit().list(OptionalLong.empty(), 50))
        .filteredOn(entry -> entry.action().equals("server.move"))
        .extracting(AuditEntry::detail)
        .anyMatch(detail -> detail.contains("group dbs has a mean cpu of 90"));
  }

  @Test
  void itWorksByItselfOnceEnabledAndCoolsAfterAMove() throws Exception {
    report(10, 90);
    fixture.core.tick();
    assertThat(fixture.core.moves().list(9)).isEmpty();

    enable();
    fixture.core.tick();
    assertThat(tenantOf(S1)).isEqualTo(ZETA);

    fixture.clock.advance(Duration.ofMinutes(2));
    report(90, 10);
    fixture.core.tick();
    assertThat(fixture.core.moves().list(9)).hasSize(1);
    assertThat(fixture.core.balancer().plan().notes()).anyMatch(note -> note.contains("cooling"));

    fixture.clock.advance(Duration.ofMinutes(4));
    report(10, 90);
    fixture.core.loads().report(S2, new TreeMap<>(Map.of("cpu", 90.0)));
    fixture.core.loads().report(S1, new TreeMap<>(Map.of("cpu", 5.0)));
    fixture.core.loads().report(S3, new TreeMap<>(Map.of("cpu", 5.0)));
    fixture.core.tick();
    assertThat(fixture.core.moves().list(9)).hasSize(2);
    assertThat(tenantOf(S1)).isEqualTo(ACME);
  }

  @Test
  void onlySharedServersWithPowerAreMovedAndThePlanSaysWhoIsLeftOut() throws Exception {
    fixture.core.servers().configure(OPERATOR, S1, p -> p.withShared(false));
    fixture.core.servers().configure(OPERATOR, S2, p -> p.withPower(Optional.empty()));
    report(10, 90);

    assertThat(fixture.core.balancer().plan().moves()).isEmpty();

    fixture.core.allocations().release(OPERATOR, S2);
    assertThat(fixture.core.balancer().plan().notes())
        .anyMatch(note -> note.contains("server s2 is left out: its power is not controlled"));
  }

  @Test
  void aSilentServerIsMadeUpForFromTheFreePool() throws Exception {
    fixture.core.allocations().release(OPERATOR, S2);
    report(50, 50);
    fixture.clock.advance(Duration.ofSeconds(30));
    fixture.core.loads().report(S1, new TreeMap<>(Map.of("cpu", 50.0)));

    fixture.core.balancer().run(OPERATOR);

    assertThat(tenantOf(S2)).isEqualTo(ZETA);
  }

  @Test
  void groupsAndSettingsSurviveARestart() throws Exception {
    enable();
    fixture.restart();

    assertThat(fixture.core.balancer().settings().enabled()).isTrue();
    assertThat(fixture.core.balancer().groups())
        .contains(group(WEBS, ACME, WEB, 1, 3), group(DBS, ZETA, DB, 1, 2));
    fixture.core.balancer().removeGroup(OPERATOR, DBS);
    assertThat(fixture.core.balancer().groups()).hasSize(1);
    assertRefused(
        DomainException.Kind.NOT_FOUND, () -> fixture.core.balancer().removeGroup(OPERATOR, DBS));
    assertRefused(
        DomainException.Kind.CONFLICT,
        () ->
            fixture
                .core
                .balancer()
                .setGroup(OPERATOR, group(new GroupName("other"), ACME, WEB, 0, 1)));
  }
}

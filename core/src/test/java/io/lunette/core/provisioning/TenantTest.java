/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.ACME;
import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.allocation.AllocationOutcome.Quota;
import io.lunette.core.allocation.AllocationPath;
import io.lunette.core.allocation.AllocationRequest;
import io.lunette.core.allocation.MeteredUse;
import io.lunette.core.allocation.TenantUsage;
import io.lunette.core.audit.AuditEntry;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.Tenant;
import io.lunette.core.tenant.TenantChange;
import io.lunette.core.tenant.TenantKind;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.tenant.TenantQuota;
import io.lunette.core.volume.DeviceContent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tenants of both kinds and their quotas. */
final class TenantTest {

  private static final TenantName SHOP = new TenantName("shop");

  @TempDir private Path directory;
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(4);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  @Tag("CH-10")
  void applicationIsServedAsACustomerIs() throws Exception {
    Tenant created = fixture.core.tenants().create(OPERATOR, SHOP, TenantKind.APPLICATION);

    AllocationOutcome outcome = fixture.core.allocations().allocate(OPERATOR, S1, SHOP, WEB);

    assertThat(created.kind()).isEqualTo(TenantKind.APPLICATION);
    assertThat(((AllocationOutcome.Allocated) outcome).path()).isEqualTo(AllocationPath.HIT);
    assertThat(fixture.core.tenants().find(SHOP)).contains(created);
  }

  @Test
  @Tag("SH-9")
  void aTenantIsBilledForTheTimeThatItsServersHeldReplicas() throws Exception {
    Instant begin = fixture.clock.instant();
    fixture.allocated(S1);
    fixture.clock.advance(Duration.ofHours(2));
    fixture.core.allocations().release(OPERATOR, S1);
    fixture.clock.advance(Duration.ofHours(5));
    fixture.allocated(S1);
    fixture.allocated(S2);
    fixture.clock.advance(Duration.ofHours(1));
    fixture.restart();
    Instant end = fixture.clock.instant();

    assertThat(fixture.core.allocations().metered(ACME, begin, end))
        .extracting(MeteredUse::server, MeteredUse::allocations, use -> use.held().toHours())
        .containsExactly(tuple(S1, 2, 3L), tuple(S2, 1, 1L));
    assertThat(
            fixture
                .core
                .allocations()
                .metered(ACME, begin.plus(Duration.ofHours(1)), begin.plus(Duration.ofHours(7))))
        .extracting(MeteredUse::server, use -> use.held().toMinutes())
        .containsExactly(tuple(S1, 60L));
    assertRefused(
        DomainException.Kind.INVALID, () -> fixture.core.allocations().metered(ACME, end, begin));
  }

  @Test
  void creatingAgainReturnsTheFirstAndAnotherKindIsAConflict() throws Exception {
    Tenant first = fixture.core.tenants().create(OPERATOR, SHOP, TenantKind.APPLICATION);

    assertThat(fixture.core.tenants().create(OPERATOR, SHOP, TenantKind.APPLICATION))
        .isEqualTo(first);
    assertRefused(
        DomainException.Kind.CONFLICT,
        () -> fixture.core.tenants().create(OPERATOR, SHOP, TenantKind.CUSTOMER));
  }

  @Test
  void changesOutliveARestartAndAreAudited() throws Exception {
    fixture.core.tenants().create(OPERATOR, SHOP, TenantKind.CUSTOMER);
    fixture.core.tenants().set(OPERATOR, SHOP, servers(7));
    fixture.core.tenants().set(OPERATOR, SHOP, space(1 << 20));

    fixture.restart();

    assertThat(fixture.core.tenants().find(SHOP).orElseThrow().quota())
        .isEqualTo(new TenantQuota(OptionalInt.of(7), OptionalLong.of(1 << 20)));
    assertThat(fixture.core.audit().list(OptionalLong.empty(), 1))
        .extracting(AuditEntry::action)
        .containsExactly("tenant.set");
  }

  @Test
  void tenantGetsNoMoreServersThanItsQuota() throws Exception {
    fixture.core.tenants().create(OPERATOR, ACME, TenantKind.CUSTOMER);
    fixture.core.tenants().set(OPERATOR, ACME, servers(1));
    fixture.allocated(S1);

    assertThat(fixture.allocate(S2))
        .isEqualTo(new AllocationOutcome.QuotaReached(ACME, Quota.SERVERS, 1, 1));
    assertThat(fixture.core.allocations().find(S2)).isEmpty();
    assertThat(((AllocationOutcome.Allocated) fixture.allocate(S1)).repeated()).isTrue();

    fixture.core.allocations().release(OPERATOR, S1);
    assertThat(fixture.allocate(S2)).isInstanceOf(AllocationOutcome.Allocated.class);
  }

  @Test
  void twoRequestsAtOneTimeDoNotBothTakeTheLastPlace() throws Exception {
    fixture.core.tenants().create(OPERATOR, ACME, TenantKind.CUSTOMER);
    fixture.core.tenants().set(OPERATOR, ACME, servers(3));
    List<Callable<AllocationOutcome>> requests = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ServerName server = new ServerName("many" + i);
      fixture.addServer(server);
      requests.add(() -> fixture.allocate(server));
    }
    ExecutorService threads = Executors.newFixedThreadPool(8);

    List<AllocationOutcome> outcomes = new ArrayList<>();
    for (Future<AllocationOutcome> each : threads.invokeAll(requests)) {
      outcomes.add(each.get());
    }
    threads.shutdown();

    assertThat(outcomes).filteredOn(each -> each instanceof AllocationOutcome.Allocated).hasSize(3);
    assertThat(outcomes)
        .filteredOn(each -> each instanceof AllocationOutcome.QuotaReached)
        .hasSize(5);
    assertThat(fixture.core.allocations().usage(ACME).servers()).isEqualTo(3);
  }

  @Test
  void tenantThatHasFilledItsSpaceGetsNoMore() throws Exception {
    fixture.core.tenants().create(OPERATOR, ACME, TenantKind.CUSTOMER);
    fixture.core.tenants().set(OPERATOR, ACME, space(8192));
    ReplicaName replica = fixture.allocated(S1).replica();
    assertThat(fixture.core.allocations().usage(ACME)).isEqualTo(new TenantUsage(1, 0));
    DeviceContent.write(fixture.driver, replica.volume(), 4096, DeviceContent.pattern(8192, 9));

    AllocationOutcome outcome = fixture.allocate(S2);

    assertThat(outcome)
        .isEqualTo(new AllocationOutcome.QuotaReached(ACME, Quota.SPACE, 8192, 8192));
    assertThat(fixture.core.allocations().usages()).containsEntry(ACME, new TenantUsage(1, 8192));
    fixture.core.tenants().set(OPERATOR, ACME, unbounded());
    assertThat(fixture.allocate(S2)).isInstanceOf(AllocationOutcome.Allocated.class);
  }

  @Test
  void quotaIsNotPassedByAskingForAReplicaToBeMade() throws Exception {
    fixture.core.tenants().create(OPERATOR, ACME, TenantKind.CUSTOMER);
    fixture.core.tenants().set(OPERATOR, ACME, servers(0));
    int before = fixture.replicas().size();

    AllocationOutcome outcome =
        fixture.core.allocations().allocate(OPERATOR, AllocationRequest.readyOrMade(S1, ACME, WEB));

    assertThat(outcome).isInstanceOf(AllocationOutcome.QuotaReached.class);
    assertThat(fixture.replicas()).hasSize(before);
  }

  @Test
  void tenantIsRemovedOnlyWhenNothingOfItIsLeft() throws Exception {
    ReplicaName replica = fixture.allocated(S1).replica();
    assertRefused(DomainException.Kind.BUSY, () -> fixture.core.tenants().remove(OPERATOR, ACME));
    fixture.core.allocations().release(OPERATOR, S1);
    assertRefused(DomainException.Kind.BUSY, () -> fixture.core.tenants().remove(OPERATOR, ACME));
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);

    fixture.core.tenants().remove(OPERATOR, ACME);
    fixture.core.tenants().remove(OPERATOR, ACME);

    assertThat(fixture.core.tenants().list()).isEmpty();
    assertRefused(
        DomainException.Kind.NOT_FOUND,
        () -> fixture.core.tenants().set(OPERATOR, ACME, servers(1)));
    assertThat(fixture.core.tenants().create(OPERATOR, ACME, TenantKind.APPLICATION).quota())
        .isEqualTo(TenantQuota.NONE);
  }

  private static TenantChange servers(int most) {
    return new TenantChange(Optional.empty(), Optional.of(OptionalInt.of(most)), Optional.empty());
  }

  private static TenantChange space(long most) {
    return new TenantChange(Optional.empty(), Optional.empty(), Optional.of(OptionalLong.of(most)));
  }

  private static TenantChange unbounded() {
    return new TenantChange(
        Optional.empty(), Optional.of(OptionalInt.empty()), Optional.of(OptionalLong.empty()));
  }
}

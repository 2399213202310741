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
import io.lunette.core.allocation.AllocationRequest;
import io.lunette.core.allocation.ReleaseOutcome;
import io.lunette.core.allocation.RequestKey;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RequestKeyTest {

  private static final RequestKey KEY = new RequestKey("k-1");

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
  void allocationThatIsAskedForTwiceIsMadeOnceHoweverManyRestartsLieBetween() throws Exception {
    AllocationOutcome first = allocate(S1, KEY);
    fixture.crashAndStart();

    Allocation again = allocation(allocate(S1, KEY));

    assertThat(again.id()).isEqualTo(allocation(first).id());
    assertThat(fixture.count(ReplicaState.ALLOCATED)).isEqualTo(1);
  }

  @Test
  void lateRepeatedAllocationDoesNotGiveTheServerASecondReplica() throws Exception {
    Allocation first = allocation(allocate(S1, KEY));
    fixture.core.allocations().release(OPERATOR, S1);

    Allocation late = allocation(allocate(S1, KEY));

    assertThat(late.id()).isEqualTo(first.id());
    assertThat(late.state()).isEqualTo(ReplicaState.RETURNED);
    assertThat(fixture.masking.mappings()).isEmpty();
    assertThat(fixture.count(ReplicaState.ALLOCATED)).isZero();
  }

  @Test
  void lateRepeatedReleaseDoesNotTakeWhatTheServerWasGivenSince() throws Exception {
    fixture.allocated(S1);
    ReleaseOutcome first = release(S1, KEY);
    Allocation next = fixture.allocated(S1);

    ReleaseOutcome late = release(S1, KEY);

    assertThat(late).isInstanceOf(ReleaseOutcome.Released.class);
    assertThat(((ReleaseOutcome.Released) late).replica())
        .isEqualTo(((ReleaseOutcome.Released) first).replica());
    assertThat(fixture.core.allocations().find(S1)).contains(next);
  }

  @Test
  void releaseThatFoundNothingFindsNothingWhenItIsRepeated() throws Exception {
    assertThat(release(S1, KEY)).isEqualTo(new ReleaseOutcome.NothingHeld(S1));
    fixture.allocated(S1);

    assertThat(release(S1, KEY)).isEqualTo(new ReleaseOutcome.NothingHeld(S1));
    assertThat(fixture.core.allocations().find(S1)).isPresent();
  }

  @Test
  void keyThatWasUsedForAnotherRequestIsRefused() throws Exception {
    allocate(S1, KEY);

    assertRefused(DomainException.Kind.CONFLICT, () -> allocate(S2, KEY));
    assertRefused(DomainException.Kind.CONFLICT, () -> release(S1, KEY));
    assertThat(fixture.core.allocations().list()).hasSize(1);
  }

  @Test
  void allocationThatFoundNoReplicaMayBeTriedAgainUnderItsKey() throws Exception {
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(0));
    assertThat(allocate(S1, KEY)).isInstanceOf(AllocationOutcome.NoReplicaReady.class);
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(1));

    assertThat(allocate(S1, KEY)).isInstanceOf(AllocationOutcome.Allocated.class);
  }

  @Test
  void releaseThatACrashCutOffAnywhereIsFinishedWhenItIsRepeated() throws Exception {
    int point = 1;
    while (isKilledInARelease(point)) {
      point++;
    }
    assertThat(point).isGreaterThan(3);
  }

  private boolean isKilledInARelease(int point) throws Exception {
    RequestKey key = new RequestKey("release-" + point);
    fixture.allocated(S1);
    fixture.core.close();
    Faults faults = Faults.at(point, true);
    fixture.faults = faults;
    try {
      fixture.crashAndStart();
      release(S1, key);
    } catch (Faults.Killed e) {
      assertThat(faults.isDead()).isTrue();
    }
    fixture.faults = Faults.none();
    fixture.crashAndStart();

    assertThat(release(S1, key)).isInstanceOf(ReleaseOutcome.Released.class);
    assertThat(fixture.masking.mappings()).isEmpty();
    assertThat(fixture.core.allocations().list()).isEmpty();
    return faults.isDead();
  }

  @Test
  void keyIsForgottenAfterADay() throws Exception {
    Allocation first = allocation(allocate(S1, KEY));
    fixture.core.allocations().release(OPERATOR, S1);
    fixture.clock.advance(Duration.ofHours(25));
    fixture.core.tick();

    assertThat(allocation(allocate(S1, KEY)).id()).isNotEqualTo(first.id());
    assertThat(keysKept()).isEqualTo(1);
  }

  private int keysKept() throws DomainException {
    return fixture.catalog.read(
        transaction ->
            transaction
                .first("SELECT COUNT(*) AS number FROM request", row -> row.integer("number"))
                .orElseThrow());
  }

  private AllocationOutcome allocate(ServerName server, RequestKey key) throws DomainException {
    return fixture
        .core
        .allocations()
        .allocate(OPERATOR, AllocationRequest.ready(server, ACME, WEB).withKey(key));
  }

  private ReleaseOutcome release(ServerName server, RequestKey key) throws DomainException {
    return fixture.core.allocations().release(OPERATOR, server, Optional.of(key));
  }

  private static Allocation allocation(AllocationOutcome outcome) {
    assertThat(outcome).isInstanceOf(AllocationOutcome.Allocated.class);
    return ((AllocationOutcome.Allocated) outcome).allocation();
  }
}

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
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.allocation.AllocationOutcome.Allocated;
import io.lunette.core.allocation.AllocationPath;
import io.lunette.core.allocation.AllocationRequest;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.replica.ReplicaMove;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that let a replica be made when none is ready. */
final class OnDemandTest {

  @TempDir private Path directory;
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(0);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private AllocationOutcome make(ServerName server) throws DomainException {
    return fixture
        .core
        .allocations()
        .allocate(OPERATOR, AllocationRequest.readyOrMade(server, ACME, WEB));
  }

  @Test
  void replicaIsMadeOnlyWhereTheRequestAsksForIt() throws Exception {
    assertThat(fixture.allocate(S1)).isInstanceOf(AllocationOutcome.NoReplicaReady.class);
    assertThat(fixture.replicas()).isEmpty();

    Allocated made = (Allocated) make(S1);

    assertThat(made.path()).isEqualTo(AllocationPath.MADE);
    assertThat(fixture.masking.mappings()).containsExactly(made.allocation().mapping());
    assertThat(fixture.isClean(made.allocation().replica())).isTrue();
    assertThat(((Allocated) make(S1)).path()).isEqualTo(AllocationPath.HELD);
  }

  @Test
  void readyReplicaIsTakenBeforeOneIsMade() throws Exception {
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(1));

    assertThat(((Allocated) make(S1)).path()).isEqualTo(AllocationPath.HIT);
  }

  @Test
  void replicaThatIsMadeHasTheHistoryOfAnyOther() throws Exception {
    Allocated made = (Allocated) make(S1);

    assertThat(fixture.core.replicas().history(made.allocation().replica()))
        .extracting(ReplicaMove::to)
        .containsExactly(ReplicaState.BUILDING, ReplicaState.READY, ReplicaState.ALLOCATED);
  }

  @Test
  void makingThatFailsLeavesNothingBehind() throws Exception {
    VolumeName image = new VolumeName("image-web");
    fixture.volumes.force(image, VolumeState.WRITABLE);

    assertRefused(DomainException.Kind.BUSY, () -> make(S1));
    fixture.volumes.force(image, VolumeState.SEALED);

    assertThat(fixture.replicas()).isEmpty();
    assertThat(fixture.core.allocations().find(S1)).isEmpty();
    assertThat(((Allocated) make(S2)).path()).isEqualTo(AllocationPath.MADE);
  }
}

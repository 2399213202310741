/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.audit.AuditEntry;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.space.SpaceLevel;
import io.lunette.core.volume.DeviceContent;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpaceWatchTest {

  private static final int HELD = 32_768;

  @TempDir private Path directory;
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(1);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void crossingAThresholdEitherWayIsAnEventAndStayingThereIsNone() throws Exception {
    fixture.core.tick();
    assertThat(events()).isEmpty();

    capacityForUseOf(85);
    fixture.core.tick();
    fixture.core.tick();
    capacityForUseOf(79);
    fixture.core.tick();
    assertThat(events()).containsExactly("space.warning");

    capacityForUseOf(97);
    fixture.core.tick();
    capacityForUseOf(50);
    fixture.core.tick();
    fixture.core.tick();
    assertThat(events()).containsExactly("space.warning", "space.critical", "space.normal");
  }

  @Test
  void aPoolThatIsNearlyFullSaysSoAgainAfterARestart() throws Exception {
    capacityForUseOf(97);
    fixture.core.tick();
    fixture.restart();
    fixture.core.tick();

    assertThat(events()).containsExactly("space.critical", "space.critical");
    assertThat(fixture.core.space().report().level()).isEqualTo(SpaceLevel.CRITICAL);
  }

  @Test
  void whatReturnedReplicasHoldCanBeReclaimedUntilItIsScrubbed() throws Exception {
    ReplicaName replica = fixture.allocated(S1).replica();
    DeviceContent.write(fixture.driver, replica.volume(), 0, DeviceContent.pattern(HELD, 9));
    long held = fixture.driver.find(replica.volume()).orElseThrow().allocatedBytes();
    assertThat(held).isGreaterThanOrEqualTo(HELD);
    assertThat(fixture.core.space().report().reclaimableBytes()).isZero();

    fixture.core.allocations().release(OPERATOR, S1);
    assertThat(fixture.core.space().report().reclaimableBytes()).isEqualTo(held);

    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    assertThat(fixture.core.space().report().reclaimableBytes()).isZero();
  }

  private void capacityForUseOf(int percent) throws Exception {
    fixture.volumes.capacity = fixture.driver.space().ownedBytes() * 100 / percent;
  }

  /** Oldest first. */
  private List<String> events() throws Exception {
    return fixture.core.audit().list(OptionalLong.empty(), 1000).stream()
        .filter(entry -> entry.action().startsWith("space."))
        .sorted((a, b) -> Long.compare(a.sequence(), b.sequence()))
        .map(AuditEntry::action)
        .toList();
  }
}

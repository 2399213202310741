/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static io.lunette.core.provisioning.CoreFixture.initiator;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.DomainException;
import io.lunette.core.load.LoadSample;
import io.lunette.core.load.ServerCondition;
import io.lunette.core.load.ServerLoad;
import io.lunette.core.load.TargetCounters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the target sees of servers, what they report, and when they go silent. */
@Tag("SH-2")
@Tag("SH-6")
@Tag("WA-11")
class ServerLoadTest {

  private static final Offset<Double> CLOSE = Offset.offset(0.01);

  @TempDir private Path directory;
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(2);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private ServerLoad load() throws DomainException {
    return fixture.core.loads().get(S1);
  }

  private void report(double cpu) throws DomainException {
    fixture.core.loads().report(S1, new TreeMap<>(Map.of("cpu", cpu)));
  }

  private void later(int seconds) {
    fixture.clock.advance(Duration.ofSeconds(seconds));
    fixture.core.tick();
  }

  @Test
  void theTargetsCountersBecomeRates() throws Exception {
    fixture.targetLoad = Map.of(initiator(S1), new TargetCounters(100, 1000, 50, 500, 3));
    later(10);
    fixture.targetLoad = Map.of(initiator(S1), new TargetCounters(160, 2000, 90, 1500, 4));
    later(10);

    ServerLoad load = load();
    assertThat(load.values().get(LoadSample.TARGET_IOPS)).isCloseTo(10, CLOSE);
    assertThat(load.values().get(LoadSample.TARGET_BYTES)).isCloseTo(200, CLOSE);
    assertThat(load.values().get(LoadSample.TARGET_QUEUE)).isEqualTo(4);
    assertThat(load.history()).hasSize(1);
    assertThat(fixture.core.loads().get(S2).values()).isEmpty();
  }

  @Test
  void aNewMappingThatCountsFromZeroIsNoNegativeLoad() throws Exception {
    fixture.targetLoad = Map.of(initiator(S1), new TargetCounters(100, 1000, 50, 500, 0));
    later(10);
    fixture.targetLoad = Map.of(initiator(S1), new TargetCounters(1, 10, 0, 0, 0));
    later(10);

    assertThat(load().values().get(LoadSample.TARGET_IOPS)).isZero();
  }

  @Test
  void aReportIsAHeartbeatAndThreeMissedOnesMakeTheServerUnreachable() throws Exception {
    report(5);
    assertThat(load().condition()).isEqualTo(ServerCondition.FREE);
    fixture.allocated(S1);
    assertThat(load().condition()).isEqualTo(ServerCondition.ASSIGNED);

    report(40);
    assertThat(load().condition()).isEqualTo(ServerCondition.ACTIVE);
    assertThat(load().values()).containsEntry("cpu", 40.0);

    later(14);
    assertThat(load().condition()).isEqualTo(ServerCondition.ACTIVE);
    later(2);
    assertThat(load().condition()).isEqualTo(ServerCondition.UNREACHABLE);
    assertThat(load().values()).isEmpty();

    report(41);
    assertThat(load().condition()).isEqualTo(ServerCondition.ACTIVE);
  }

  @Test
  void oneThatMeansToReportSeldomIsGivenTheTime() throws Exception {
    fixture.core.servers().configure(OPERATOR, S1, p -> p.withHeartbeat(Duration.ofMinutes(1)));
    fixture.allocated(S1);
    report(40);

    later(170);

    assertThat(load().condition()).isEqualTo(ServerCondition.ACTIVE);
  }

  @Test
  void oneThatIsLoggedInIsActiveWithoutAReport() throws Exception {
    fixture.allocated(S1);
    fixture.targetLoad = Map.of(initiator(S1), new TargetCounters(0, 0, 0, 0, 0));
    later(6);

    assertThat(load().condition()).isEqualTo(ServerCondition.ACTIVE);
    assertThat(load().seen()).isPresent();
  }

  @Test
  void aRestartKnowsTheLastReportAndSoWhoHasGoneSilent() throws Exception {
    fixture.allocated(S1);
    report(40);
    later(6);

    fixture.restart();
    assertThat(load().values()).containsEntry("cpu", 40.0);
    later(30);

    assertThat(load().condition()).isEqualTo(ServerCondition.UNREACHABLE);
    fixture.core.allocations().release(OPERATOR, S1);
    fixture.core.servers().remove(OPERATOR, S1);
    assertThat(fixture.core.loads().list()).extracting(ServerLoad::server).containsExactly(S2);
  }

  @Test
  void historyIsBounded() throws Exception {
    for (int i = 0; i < 1000; i++) {
      report(i);
    }

    assertThat(load().history()).hasSize(60);
    assertThat(load().history().get(59).values()).containsEntry("cpu", 999.0);
  }

  @Test
  void whatIsNoReportIsRefused() {
    assertRefused(
        DomainException.Kind.INVALID, () -> fixture.core.loads().report(S1, new TreeMap<>()));
    assertRefused(
        DomainException.Kind.INVALID,
        () -> fixture.core.loads().report(S1, new TreeMap<>(Map.of(LoadSample.TARGET_IOPS, 1.0))));
    assertRefused(DomainException.Kind.INVALID, () -> report(Double.NaN));
  }

  @Test
  void aTokenIsOneServersAndVoidWhenThereIsAnother() throws Exception {
    String first = fixture.core.loads().newToken(OPERATOR, S1);

    assertThat(fixture.core.loads().isToken(S1, first)).isTrue();
    assertThat(fixture.core.loads().isToken(S2, first)).isFalse();

    String second = fixture.core.loads().newToken(OPERATOR, S1);
    fixture.restart();
    assertThat(fixture.core.loads().isToken(S1, first)).isFalse();
    assertThat(fixture.core.loads().isToken(S1, second)).isTrue();
  }
}

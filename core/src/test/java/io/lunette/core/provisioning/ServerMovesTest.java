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
import io.lunette.core.audit.AuditEntry;
import io.lunette.core.image.ImageName;
import io.lunette.core.move.Membership;
import io.lunette.core.move.MoveRequest;
import io.lunette.core.move.MoveState;
import io.lunette.core.move.ServerMove;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.LunMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A server goes from one tenant to another, and nothing goes with it. */
@Tag("SH-4")
@Tag("SH-5")
@Tag("WA-9")
class ServerMovesTest {

  private static final ImageName DB = new ImageName("db");
  private static final Membership ACME_WEB = new Membership(ACME, WEB);
  private static final Membership ZETA_DB = new Membership(new TenantName("zeta"), DB);

  @TempDir private Path directory;
  private final Logger log = (Logger) LoggerFactory.getLogger("io.lunette.core");
  private final RecordedPower power = new RecordedPower();
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    log.setLevel(Level.OFF);
    fixture = prepared(directory);
  }

  @AfterEach
  void stop() {
    fixture.close();
    log.setLevel(null);
  }

  private CoreFixture prepared(Path home) throws Exception {
    CoreFixture made = new CoreFixture(home);
    made.power = power;
    made.start().stocked(2);
    made.importImage(DB, 2);
    made.core.pools().set(OPERATOR, DB, PoolChange.ready(2));
    made.core
        .servers()
        .configure(
            OPERATOR,
            S1,
            profile -> profile.withPower(Optional.of(PowerAddress.parse("hook:/bin/true"))));
    return made;
  }

  private static MoveRequest request(ServerName server, Optional<Membership> to) {
    return new MoveRequest(server, Optional.of(ACME_WEB), to, true, "a test");
  }

  private ServerMove move(ServerName server, Optional<Membership> to) throws DomainException {
    return fixture.core.moves().begin(OPERATOR, request(server, to));
  }

  private List<LunMapping> seenBy(ServerName server) {
    return fixture.masking.mappings().stream()
        .filter(each -> each.initiator().equals(CoreFixture.initiator(server)))
        .toList();
  }

  @Test
  void theServerSeesNothingWhileItIsRestartedAndThenTheNewReplicaAlone() throws Exception {
    ReplicaName old = fixture.allocated(S1).replica();
    List<LunMapping> seen = new ArrayList<>();
    power.whileRestarting = server -> seen.addAll(seenBy(server));

    ServerMove move = move(S1, Optional.of(ZETA_DB));

    assertThat(move.state()).isEqualTo(MoveState.DONE);
    assertThat(seen).isEmpty();
    assertThat(power.restarted).containsExactly(S1);
    Allocation held = fixture.core.allocations().find(S1).orElseThrow();
    assertThat(held.tenant()).isEqualTo(ZETA_DB.tenant());
    assertThat(held.image()).isEqualTo(DB);
    assertThat(seenBy(S1)).extracting(LunMapping::volume).containsExactly(held.replica().volume());
    assertThat(held.mapping().lun()).isZero();
    assertThat(fixture.replica(old).state()).isEqualTo(ReplicaState.RETURNED);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    assertThat(fixture.isClean(old)).isTrue();
  }

  @Test
  void aServerGoesToTheFreePoolAndComesBack() throws Exception {
    fixture.allocated(S1);

    assertThat(move(S1, Optional.empty()).state()).isEqualTo(MoveState.DONE);
    assertThat(fixture.core.allocations().find(S1)).isEmpty();
    assertThat(seenBy(S1)).isEmpty();

    ServerMove back =
        fixture
            .core
            .moves()
            .begin(
                OPERATOR,
                new MoveRequest(S1, Optional.empty(), Optional.of(ACME_WEB), true, "back"));
    assertThat(back.state()).isEqualTo(MoveState.DONE);
    assertThat(power.restarted).containsExactly(S1, S1);
  }

  @Test
  void withoutControlOfItsPowerAServerDoesNotChangeHands() throws Exception {
    fixture.allocated(S2);

    assertRefused(DomainException.Kind.INVALID, () -> move(S2, Optional.of(ZETA_DB)));

    assertThat(seenBy(S2)).hasSize(1);
    assertThat(fixture.core.moves().find(S2)).isEmpty();
  }

  @Test
  void aServerThatHoldsSomethingElseIsNotMoved() throws Exception {
    assertRefused(DomainException.Kind.BUSY, () -> move(S1, Optional.of(ZETA_DB)));
  }

  @Test
  void aRestartThatFailsIsTriedAgainAndThenGivenUpWithTheServerSeeingNothing() throws Exception {
    fixture.allocated(S1);
    power.failures = 3;

    ServerMove move = move(S1, Optional.of(ZETA_DB));
    assertThat(move.state()).isEqualTo(MoveState.RESTARTING);
    assertThat(move.message()).isEqualTo("the controller is busy");
    assertThat(seenBy(S1)).isEmpty();
    assertRefused(DomainException.Kind.BUSY, () -> fixture.core.servers().remove(OPERATOR, S1));

    for (int i = 0; i < 2; i++) {
      fixture.core.tick();
      fixture.clock.advance(Duration.ofMinutes(1));
      fixture.core.tick();
    }

    ServerMove failed = fixture.core.moves().find(S1).orElseThrow();
    assertThat(failed.state()).isEqualTo(MoveState.FAILED);
    assertThat(seenBy(S1)).isEmpty();
    assertThat(power.restarted).isEmpty();
  }

  @Test
  void oneThatFindsNoReplicaWaitsAndGetsTheNext() throws Exception {
    fixture.allocated(S1);
    fixture.core.pools().set(OPERATOR, DB, PoolChange.ready(0));

    assertThat(move(S1, Optional.of(ZETA_DB)).state()).isEqualTo(MoveState.ALLOCATING);
    fixture.core.pools().set(OPERATOR, DB, PoolChange.ready(1));
    fixture.core.tick();

    assertThat(fixture.core.moves().find(S1).orElseThrow().state()).isEqualTo(MoveState.DONE);
    assertThat(fixture.core.allocations().find(S1).orElseThrow().image()).isEqualTo(DB);
  }

  @Test
  void everyMoveIsInTheAuditTrail() throws Exception {
    fixture.allocated(S1);

    move(S1, Optional.of(ZETA_DB));

    List<AuditEntry> entries = fixture.core.audit().list(OptionalLong.empty(), 20);
    assertThat(entries)
        .filteredOn(entry -> entry.subject().equals("s1"))
        .extracting(AuditEntry::action)
        .containsSubsequence("server.moved", "allocate", "release", "server.move");
    assertThat(entries)
        .filteredOn(entry -> entry.action().equals("server.move"))
        .extracting(AuditEntry::detail)
        .containsExactly("acme/web to zeta/db: a test");
  }

  @Test
  void killedAtAnyStepItGoesOnAfterTheRestartAndEndsWhereItWasToEnd() throws Exception {
    for (boolean afterwards : new boolean[] {false, true}) {
      int point = 1;
      while (isKilledAt(point, afterwards)) {
        point++;
      }
      assertThat(point).isGreaterThan(8);
    }
  }

  /** Whether a move has so many steps at all. */
  private boolean isKilledAt(int point, boolean afterwards) throws Exception {
    Path home = Files.createDirectory(directory.resolve(point + "-" + afterwards));
    CoreFixture killed = prepared(home);
    ReplicaName old = killed.allocated(S1).replica();
    killed.core.close();
    Faults faults = Faults.at(point, afterwards);
    killed.faults = faults;
    try {
      killed.crashAndStart();
      killed.core.moves().begin(OPERATOR, request(S1, Optional.of(ZETA_DB)));
    } catch (Faults.Killed e) {
      assertThat(faults.isDead()).isTrue();
    }
    killed.faults = Faults.none();
    killed.crashAndStart();
    try (killed) {
      Optional<ServerMove> begun = killed.core.moves().find(S1);
      Allocation held = killed.core.allocations().find(S1).orElseThrow();
      if (begun.isPresent()) {
        assertThat(begun.get().state()).isEqualTo(MoveState.DONE);
        assertThat(held.image()).isEqualTo(DB);
        assertThat(killed.replica(old).state()).isEqualTo(ReplicaState.RETURNED);
      } else {
        assertThat(held.replica()).isEqualTo(old);
      }
      assertThat(killed.masking.mappings())
          .extracting(LunMapping::volume)
          .containsExactly(held.replica().volume());
      assertThat(killed.masking.violations()).isEmpty();
    }
    CoreFixture.discard(home);
    return faults.isDead();
  }
}

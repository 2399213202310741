/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.ACME;
import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static io.lunette.core.provisioning.CoreFixture.initiator;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.DomainException;
import io.lunette.core.audit.AuditEntry;
import io.lunette.core.boot.BootAnswer;
import io.lunette.core.boot.BootIdentity;
import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.MacAddress;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.SerialNumber;
import io.lunette.core.server.ServerName;
import io.lunette.core.server.ServerProfile;
import io.lunette.core.volume.ChapCredentials;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who a server is, and what it is told to boot. */
@Tag("HA-1")
@Tag("WA-10")
class NetworkBootTest {

  private static final MacAddress MAC = new MacAddress("52:54:00:12:34:56");
  private static final SerialNumber SERIAL = new SerialNumber("SN-1");
  private static final BootIdentity BY_MAC = new BootIdentity.ByMac(MAC);

  @TempDir private Path directory;
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(2);
    fixture.core.servers().configure(OPERATOR, S1, NetworkBootTest::identified);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private static ServerProfile identified(ServerProfile profile) {
    return profile
        .withMacs(new TreeSet<>(List.of(MAC, new MacAddress("52-54-00-12-34-57"))))
        .withSerial(Optional.of(SERIAL));
  }

  private BootAnswer boot(BootIdentity who) throws DomainException {
    return fixture.core.networkBoot().boot(who);
  }

  @Test
  void thePointerIsTheAllocationAndFollowsItAtOnce() throws Exception {
    assertThat(boot(BY_MAC)).isInstanceOf(BootAnswer.Wait.class);

    int lun = fixture.allocated(S1).mapping().lun();
    assertThat(boot(BY_MAC))
        .isEqualTo(
            new BootAnswer.Disk(
                S1, initiator(S1), Optional.empty(), Optional.empty(), "iqn.2026-11.io:t", lun));

    fixture.core.allocations().release(OPERATOR, S1);
    assertThat(boot(BY_MAC)).isInstanceOf(BootAnswer.Wait.class);
  }

  @Test
  void everyIdentityLeadsToTheServerAndNoOther() throws Exception {
    fixture.allocated(S1);

    for (BootIdentity who :
        List.of(
            BY_MAC,
            new BootIdentity.ByMac(new MacAddress("525400123457")),
            new BootIdentity.BySerial(SERIAL),
            new BootIdentity.ByInitiator(initiator(S1)))) {
      assertThat(boot(who)).as(who.toString()).isInstanceOf(BootAnswer.Disk.class);
    }
    assertThat(boot(new BootIdentity.ByMac(new MacAddress("525400000000"))))
        .isInstanceOf(BootAnswer.Unknown.class);
    assertThat(boot(new BootIdentity.ByInitiator(initiator(S2))))
        .isInstanceOf(BootAnswer.Wait.class);
  }

  @Test
  void aSecretIsToldOnlyWhereTheOperatorWantsThat() throws Exception {
    ChapCredentials chap =
        new ChapCredentials("s3", "twelve-bytes".getBytes(StandardCharsets.UTF_8));
    ServerName s3 = new ServerName("s3");
    fixture.core.servers().add(OPERATOR, s3, initiator(s3), Optional.of(chap));
    fixture.core.allocations().allocate(OPERATOR, s3, ACME, CoreFixture.WEB);
    BootIdentity who = new BootIdentity.ByInitiator(initiator(s3));

    BootAnswer.Disk kept = (BootAnswer.Disk) boot(who);
    fixture.core.servers().configure(OPERATOR, s3, profile -> profile.withChapInScript(true));
    BootAnswer.Disk told = (BootAnswer.Disk) boot(who);

    assertThat(kept.chapUser()).contains("s3");
    assertThat(kept.chap()).isEmpty();
    assertThat(told.chap()).contains(chap);
  }

  @Test
  void aProfileSurvivesARestartAndItsChangesAreAudited() throws Exception {
    ServerProfile said =
        fixture
            .core
            .servers()
            .configure(
                OPERATOR,
                S1,
                profile ->
                    profile
                        .withBoot(Optional.of(BootPolicy.FRESH))
                        .withChapInScript(true)
                        .withPower(Optional.of(PowerAddress.parse("hook:/bin/true x")))
                        .withPowerTimeout(Duration.ofSeconds(7))
                        .withShared(true)
                        .withHeartbeat(Duration.ofSeconds(9)));

    fixture.restart();

    assertThat(fixture.core.servers().profile(S1)).isEqualTo(said);
    assertThat(said.macs()).contains(MAC);
    assertThat(fixture.core.audit().list(OptionalLong.empty(), 2))
        .extracting(AuditEntry::action)
        .containsOnly("server.set");
  }

  @Test
  void noTwoServersHaveOneCardOrSerialNumber() throws Exception {
    assertRefused(
        DomainException.Kind.CONFLICT,
        () ->
            fixture.core.servers().configure(OPERATOR, S2, p -> p.withSerial(Optional.of(SERIAL))));
    ServerName s3 = new ServerName("s3");
    assertRefused(
        DomainException.Kind.CONFLICT,
        () ->
            fixture
                .core
                .servers()
                .add(OPERATOR, s3, initiator(s3), Optional.empty(), NetworkBootTest::identified));

    assertThat(fixture.core.servers().find(s3)).isEmpty();
    assertThat(fixture.core.servers().profile(S2)).isEqualTo(ServerProfile.NONE);
  }

  @Test
  void aRemovedServerLeavesItsCardsToOthers() throws Exception {
    fixture.core.servers().remove(OPERATOR, S1);

    fixture.core.servers().configure(OPERATOR, S2, NetworkBootTest::identified);

    assertThat(fixture.core.servers().find(MAC)).map(server -> server.name()).contains(S2);
  }
}

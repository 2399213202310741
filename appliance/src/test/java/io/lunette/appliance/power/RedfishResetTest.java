/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.DomainException;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerName;
import io.lunette.core.server.ServerProfile;
import io.lunette.core.volume.InitiatorName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Resets of a computer system by Redfish, at an HTTPS peer that follows the schema. */
@Tag("SH-4")
@Tag("WA-9")
class RedfishResetTest {

  private static final Server SERVER =
      new Server(
          new ServerName("web1"),
          new InitiatorName("iqn.2026-11.test:web1"),
          Optional.empty(),
          Instant.EPOCH);

  @TempDir static Path keys;
  @TempDir Path directory;
  private RedfishPeer peer;
  private Path credentials;
  private final PowerControls controls = new PowerControls();

  @BeforeEach
  void start() throws Exception {
    peer = new RedfishPeer(keys);
    credentials =
        Files.writeString(
            directory.resolve("credentials"), RedfishPeer.USER + ":" + RedfishPeer.PASSWORD + "\n");
  }

  @AfterEach
  void stop() {
    peer.close();
  }

  private void restart(String more) throws DomainException {
    restart(more, Duration.ofSeconds(30));
  }

  private void restart(String more, Duration bound) throws DomainException {
    String address = "redfish:" + peer.origin() + more + "&credentials=" + credentials;
    controls.restart(
        SERVER,
        ServerProfile.NONE
            .withPower(Optional.of(PowerAddress.parse(address)))
            .withPowerTimeout(bound));
  }

  private String pinned() {
    return "/?pin=" + peer.pin();
  }

  private String refused(String more) {
    DomainException refusal =
        catchThrowableOfType(DomainException.class, () -> restart(more, Duration.ofSeconds(30)));
    assertThat(refusal).isNotNull();
    assertThat(refusal.kind()).isEqualTo(DomainException.Kind.IO);
    assertThat(refusal.getMessage()).doesNotContain(RedfishPeer.PASSWORD).doesNotContain("\n");
    return refusal.getMessage();
  }

  @Test
  void theOnlySystemIsFoundFromTheRootAndResetInASessionThatEnds() throws Exception {
    restart(pinned());

    assertThat(peer.resets).containsExactly("ForceRestart");
    assertThat(peer.isSessionOpen()).isFalse();
    assertThat(peer.requests)
        .startsWith("GET /redfish/v1/", "POST /redfish/v1/SessionService/Sessions")
        .endsWith("DELETE /redfish/v1/SessionService/Sessions/1");
  }

  @Test
  void aNamedSystemIsResetWithCredentialsInEachRequest() throws Exception {
    restart("/redfish/v1/Systems/437XR1138R2?auth=basic&ca=" + peer.certificate());

    assertThat(peer.resets).containsExactly("ForceRestart");
    assertThat(peer.requests).noneMatch(request -> request.contains("Sessions"));
  }

  @Test
  void aServiceWithoutSessionsIsSentTheCredentials() throws Exception {
    peer.sessions = false;

    restart(pinned());

    assertThat(peer.resets).hasSize(1);
  }

  @Test
  void oneThatIsOffIsTurnedOn() throws Exception {
    peer.powerState = "Off";

    restart(pinned());

    assertThat(peer.resets).containsExactly("On");
  }

  @Test
  void theTypeIsOneThatTheServiceAllowsWhereverItSaysSo() throws Exception {
    peer.inActionInfo = true;
    peer.allowable = List.of("On", "PowerCycle");
    restart(pinned());

    peer.allowable = List.of("On", "Nmi");
    String message = refused(pinned());

    assertThat(peer.resets).containsExactly("PowerCycle");
    assertThat(message).contains("allows none of [ForceRestart", "but [On, Nmi]");
  }

  @Test
  void theOperatorMayNameTheType() throws Exception {
    restart(pinned() + "&reset=GracefulRestart");

    assertThat(peer.resets).containsExactly("GracefulRestart");
  }

  @Test
  void anAcceptedTaskIsFollowedToItsEnd() throws Exception {
    peer.taskPolls = 2;

    restart(pinned());

    assertThat(peer.taskPolls).isZero();
  }

  @Test
  void aTaskThatEndsBadlySaysWhy() throws Exception {
    peer.taskPolls = 1;
    peer.taskEnd = "Exception";

    assertThat(refused(pinned())).contains("ended as Exception: fan tray is out");
    assertThat(peer.isSessionOpen()).isFalse();
  }

  @Test
  void aTaskThatDoesNotEndIsGivenUpInTime() throws Exception {
    peer.taskPolls = 1_000;

    DomainException late =
        catchThrowableOfType(DomainException.class, () -> restart(pinned(), Duration.ofSeconds(2)));

    assertThat(late).hasMessageContaining("no answer within 2 s");
  }

  @Test
  @Timeout(60)
  void anAnswerThatStopsHalfWayIsGivenUpInTime() {
    peer.stalls = true;

    DomainException late =
        catchThrowableOfType(DomainException.class, () -> restart(pinned(), Duration.ofSeconds(2)));

    assertThat(late).hasMessageContaining("no answer within 2 s");
  }

  @Test
  void anAnswerThatIsTooLongIsRefused() {
    peer.padding = 1 << 20;

    assertThat(refused(pinned())).contains("more than 1048576 bytes");
  }

  @Test
  void wrongCredentialsAreRefusedInTheWordsOfTheService() throws Exception {
    Files.writeString(credentials, "operator:wrong");

    assertThat(refused(pinned())).contains("status 401: The user name or the password is wrong.");
    assertThat(peer.resets).isEmpty();
  }

  @Test
  void noOtherCertificateIsTrusted() throws Exception {
    assertThat(refused("/?pin=" + "0".repeat(64))).contains("not the pinned one");
    assertThat(refused("/?auth=basic")).contains("unable to find valid certification path");
    assertThat(peer.requests).isEmpty();
  }

  @Test
  void credentialsFollowNoLinkToAnotherService() throws Exception {
    peer.systemsElsewhere = true;

    assertThat(refused(pinned())).contains("which is another one");
    assertThat(peer.resets).isEmpty();
  }

  @Test
  void anAddressIsCheckedBeforeItIsKept() {
    for (String wrong :
        List.of(
            "redfish:http://bmc/?credentials=/f",
            "redfish:https://bmc/",
            "redfish:https://bmc/?credentials=f",
            "redfish:https://bmc/?credentials=/f&pin=12",
            "redfish:https://bmc/?credentials=/f&colour=blue",
            "ipmi:bmc",
            "hook:reset.sh",
            "qmp:monitor")) {
      DomainException refusal =
          catchThrowableOfType(
              DomainException.class, () -> controls.check(PowerAddress.parse(wrong)));
      assertThat(refusal).as(wrong).isNotNull();
      assertThat(refusal.kind()).isEqualTo(DomainException.Kind.INVALID);
    }
  }
}

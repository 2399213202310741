/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.appliance.config.HostPort;
import io.lunette.core.boot.BootAnswer;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What iPXE is told, line by line. */
@Tag("HA-1")
class IpxeScriptTest {

  private static final String AGAIN = "http://192.0.2.1:8080/boot/ipxe?serial=S1";
  private static final String TARGET = "iqn.2026-11.io.lunette:t";
  private final IpxeScript script = new IpxeScript(AGAIN, 5);

  private static BootAnswer.Disk disk(String initiator, Optional<ChapCredentials> chap, int lun) {
    return new BootAnswer.Disk(
        new ServerName("web1"),
        new InitiatorName(initiator),
        chap.map(ChapCredentials::user),
        chap,
        TARGET,
        lun);
  }

  @Test
  void namesEveryPortalInTheFormOfRfc4173() {
    String text =
        script.disk(
            disk("iqn.2026-11.test:web1", Optional.empty(), 10),
            List.of(new HostPort("192.0.2.10", 3260), new HostPort("2001:db8::1", 3261)));

    assertThat(text.lines())
        .containsExactly(
            "#!ipxe",
            "echo Lunette: server web1 boots from its replica",
            "set initiator-iqn iqn.2026-11.test:web1",
            "sanboot iscsi:192.0.2.10::3260:a:"
                + TARGET
                + " iscsi:[2001:db8::1]::3261:a:"
                + TARGET
                + " || echo Lunette: no portal led to a disk",
            "sleep 5",
            "chain --replace " + AGAIN);
  }

  @Test
  void writesAnyLunAsIpxeReadsIt() {
    List<HostPort> portals = List.of(new HostPort("h", 1));

    assertThat(script.disk(disk("iqn.2026-11.test:w", Optional.empty(), 255), portals))
        .contains("iscsi:h::1:ff:");
    assertThat(script.disk(disk("iqn.2026-11.test:w", Optional.empty(), 256), portals))
        .contains("iscsi:h::1:4100:");
  }

  @Test
  void noSecretAndNoNameCanEndALineOrBeExpanded() {
    byte[] secret = "x\nexit ${y} || ; 1".getBytes(StandardCharsets.UTF_8);
    String text =
        script.disk(
            disk("iqn.2026-11.test:${net0/ip}", Optional.of(new ChapCredentials("a b", secret)), 0),
            List.of(new HostPort("h", 1)));

    assertThat(text)
        .contains("set initiator-iqn:hex 69:71:6e:")
        .contains("set username:hex 61:20:62\n")
        .contains("set password:hex 78:0a:65:78:69:74:20:24:7b:79:7d:20:7c:7c:20:3b:20:31\n")
        .doesNotContain("${")
        .doesNotContain("exit");
  }

  @Test
  void aServerWithNothingToBootWaitsAndAsksAgain() {
    String text =
        script.waiting(
            new BootAnswer.Wait(new ServerName("web1"), "no replica is allocated to it"));

    assertThat(text.lines())
        .containsExactly(
            "#!ipxe",
            "echo Lunette: server web1 waits: no replica is allocated to it",
            "sleep 5",
            "chain --replace " + AGAIN);
  }

  @Test
  void aPortalOfEveryAddressOrTheLoopbackIsToldUnderTheOneThatWasReached() {
    BootPortals portals =
        new BootPortals(
            () ->
                List.of(
                    new InetSocketAddress("0.0.0.0", 3260),
                    new InetSocketAddress("127.0.0.1", 3261),
                    new InetSocketAddress("192.0.2.7", 3262)));

    assertThat(portals.reachedBy("10.0.2.2"))
        .containsExactly(
            new HostPort("10.0.2.2", 3260),
            new HostPort("10.0.2.2", 3261),
            new HostPort("192.0.2.7", 3262));
  }
}

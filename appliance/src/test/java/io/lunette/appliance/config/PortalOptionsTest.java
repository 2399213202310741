/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.appliance.ApplianceException;
import io.lunette.core.volume.InitiatorName;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortalOptionsTest {

  private static final InitiatorName WEB = new InitiatorName("iqn.2026-11.com.example:web");
  private static final InitiatorName OTHER = new InitiatorName("iqn.2026-11.com.example:other");
  private static final InetSocketAddress FIRST = new InetSocketAddress("127.0.0.1", 3260);
  private static final InetSocketAddress SECOND = new InetSocketAddress("127.0.0.2", 3260);

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:3260, 127.0.0.1, 3260, 1",
    "'127.0.0.1:0,7', 127.0.0.1, 0, 7",
    "'[::1]:3260,65535', ::1, 3260, 65535"
  })
  void aPortalMayNameItsGroup(String text, String host, int port, int group) {
    assertThat(PortalOption.parse(text))
        .isEqualTo(new PortalOption(new HostPort(host, port), group));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "127.0.0.1:1,", "127.0.0.1:1,0", "127.0.0.1:1,65536", "::1:1,2"})
  void whatIsNoPortalIsRefused(String text) {
    assertThatThrownBy(() -> PortalOption.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "all", "=127.0.0.1:1", "all=x", "iqn.x=127.0.0.1:1", "all=h:0"})
  void whatIsNoRedirectionIsRefused(String text) {
    assertThatThrownBy(() -> RedirectOption.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static PortalOptions redirecting(String... redirects) {
    return new PortalOptions(
        List.of(PortalOption.parse("127.0.0.1:3260")),
        java.util.stream.Stream.of(redirects).map(RedirectOption::parse).toList());
  }

  @Test
  void anInitiatorIsRedirectedByItsName() {
    PortalOptions options = redirecting(WEB + "=[2001:db8::2]:3261");

    assertThat(options.of(WEB, FIRST).orElseThrow().address()).hasToString("[2001:db8::2]:3261");
    assertThat(options.of(WEB, FIRST).orElseThrow().permanent()).isFalse();
    assertThat(options.of(OTHER, FIRST)).isEmpty();
  }

  @Test
  void whoReachesAPortalIsRedirected() {
    PortalOptions options = redirecting("127.0.0.2:3260=192.0.2.1:3260,permanent");

    assertThat(options.of(WEB, SECOND).orElseThrow().permanent()).isTrue();
    assertThat(options.of(WEB, FIRST)).isEmpty();
    assertThat(redirecting("0.0.0.0:3260=192.0.2.1:1").of(WEB, SECOND)).isPresent();
  }

  @Test
  void theFirstThatConcernsAnInitiatorIsFollowed() {
    PortalOptions options = redirecting(WEB + "=192.0.2.1:1", "all=192.0.2.2:2");

    assertThat(options.of(WEB, FIRST).orElseThrow().address()).hasToString("192.0.2.1:1");
    assertThat(options.of(OTHER, FIRST).orElseThrow().address()).hasToString("192.0.2.2:2");
  }

  @Test
  void aFileHasSeveralWithBlanksBetweenThem() throws Exception {
    Path file = directory.resolve("lunette.properties");
    Files.writeString(file, "portal=127.0.0.1:1 127.0.0.1:2,2\nredirect=all=192.0.2.1:1\n");

    assertThat(ConfigFile.read(file).portals())
        .contains(
            new PortalOptions(
                List.of(PortalOption.parse("127.0.0.1:1"), PortalOption.parse("127.0.0.1:2,2")),
                List.of(RedirectOption.parse("all=192.0.2.1:1"))));
    Files.writeString(file, "portal=127.0.0.1:1,x\n");
    assertThatThrownBy(() -> ConfigFile.read(file)).isInstanceOf(ApplianceException.class);
  }
}

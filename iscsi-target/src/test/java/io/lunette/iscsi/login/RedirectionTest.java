/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import static io.lunette.iscsi.login.LoginFixture.INITIATOR;
import static io.lunette.iscsi.login.LoginFixture.OPEN_INITIATOR;
import static io.lunette.iscsi.login.LoginFixture.SECRET;
import static io.lunette.iscsi.login.LoginFixture.bytes;
import static io.lunette.iscsi.login.LoginFixture.first;
import static io.lunette.iscsi.login.LoginFixture.keys;
import static io.lunette.iscsi.login.LoginFixture.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Login status class 1 (RFC 7143 §11.13.5, §13.8). */
class RedirectionTest {

  private static LoginFixture moved(boolean permanent, String host) {
    LoginFixture fixture = new LoginFixture();
    fixture.elsewhere = Optional.of(new Redirection(permanent, new TargetAddress(host, 3261)));
    return fixture;
  }

  @ParameterizedTest
  @CsvSource({"false, 0x0101", "true, 0x0102"})
  void theFirstAnswerNamesTheOtherPortalWithoutATag(boolean permanent, String status) {
    Login.Reply reply = moved(permanent, "192.0.2.7").operational(true, first(OPEN_INITIATOR));

    assertThat(reply.status().code()).isEqualTo(Integer.decode(status));
    assertThat(reply.isFinal()).isFalse();
    assertThat(reply.text()).containsOnly(Map.entry("TargetAddress", "192.0.2.7:3261"));
  }

  @Test
  void aSixthVersionAddressStandsInBrackets() {
    Login.Reply reply = moved(false, "2001:db8::7").security(true, first(OPEN_INITIATOR));

    assertThat(reply.text()).containsEntry("TargetAddress", "[2001:db8::7]:3261");
  }

  @Test
  void whoMustProveItselfLearnsNothingBefore() throws Exception {
    LoginFixture fixture = moved(false, "192.0.2.7");
    assertThat(fixture.security(false, first(INITIATOR, "AuthMethod", "CHAP")).status())
        .isEqualTo(LoginStatus.SUCCESS);
    Map<String, String> challenge = fixture.security(false, keys("CHAP_A", "7")).text();
    String proof =
        response("SHA-256", challenge.get("CHAP_I"), SECRET, bytes(challenge.get("CHAP_C")));

    Login.Reply reply = fixture.security(true, keys("CHAP_N", "host", "CHAP_R", proof));

    assertThat(reply.status()).isEqualTo(LoginStatus.TARGET_MOVED_TEMPORARILY);
  }

  @Test
  void discoveryIsServedWhereItIs() {
    assertThat(
            moved(false, "192.0.2.7")
                .operational(
                    true, keys("InitiatorName", OPEN_INITIATOR, "SessionType", "Discovery"))
                .isFinal())
        .isTrue();
  }

  @Test
  void addressesOfSocketsLoseTheirScope() throws Exception {
    byte[] local = new byte[16];
    local[0] = (byte) 0xFE;
    local[1] = (byte) 0x80;
    local[15] = 1;
    InetSocketAddress scoped =
        new InetSocketAddress(java.net.Inet6Address.getByAddress("x", local, 3), 3260);

    assertThat(TargetAddress.of(scoped).inGroup(2)).isEqualTo("[fe80:0:0:0:0:0:0:1]:3260,2");
    assertThatThrownBy(() -> new TargetAddress("[::1]", 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TargetAddress("x", 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

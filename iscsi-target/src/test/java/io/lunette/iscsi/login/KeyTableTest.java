/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import static io.lunette.iscsi.login.LoginFixture.OPEN_INITIATOR;
import static io.lunette.iscsi.login.LoginFixture.first;
import static io.lunette.iscsi.login.LoginFixture.keys;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules that hold for every key of the table (RFC 7143 §6.2, §6.3, §13). */
class KeyTableTest {

  private static String legalValue(Key key) {
    return key.offer().isEmpty() ? "x" : key.offer();
  }

  @ParameterizedTest
  @ValueSource(strings = {"IFMarker", "OFMarker", "IFMarkInt", "OFMarkInt"})
  void obsoleteKeysAreRejectedNotMisunderstood(String key) {
    Login.Reply reply = new LoginFixture().operational(true, first(OPEN_INITIATOR, key, "No"));

    assertThat(reply.isFinal()).isTrue();
    assertThat(reply.text()).containsEntry(key, "Reject");
  }

  @ParameterizedTest
  @CsvSource({
    "TargetAlias, disk",
    "TargetAddress, '192.0.2.1:3260,1'",
    "TargetPortalGroupTag, 1",
    "SendTargets, All",
    "AuthMethod, None",
    "CHAP_A, 7"
  })
  void whatIsNotTheInitiatorsToSayInThisStageIsRejected(String key, String value) {
    Login.Reply reply = new LoginFixture().operational(true, first(OPEN_INITIATOR, key, value));

    assertThat(reply.isFinal()).isTrue();
    assertThat(reply.text()).containsEntry(key, "Reject");
  }

  @ParameterizedTest
  @ValueSource(strings = {"InitiatorAlias", "X#NodeArchitecture"})
  void informationIsTakenWithoutAnAnswer(String key) {
    Login.Reply reply =
        new LoginFixture().operational(true, first(OPEN_INITIATOR, key, "x".repeat(255)));

    assertThat(reply.isFinal()).isTrue();
    assertThat(reply.text()).doesNotContainKey(key);
  }

  @ParameterizedTest
  @EnumSource(Key.class)
  void noKeyIsNegotiatedTwice(Key key) {
    LoginFixture fixture = new LoginFixture();
    assertThat(fixture.operational(false, first(OPEN_INITIATOR, key.text(), legalValue(key))))
        .extracting(Login.Reply::status)
        .isEqualTo(LoginStatus.SUCCESS);

    assertThat(fixture.operational(true, keys(key.text(), legalValue(key))).status())
        .isEqualTo(LoginStatus.INITIATOR_ERROR);
  }

  @ParameterizedTest
  @EnumSource(Key.class)
  void aValueOfMaximalLengthIsAnsweredOrDeclared(Key key) {
    Login.Reply reply =
        new LoginFixture().operational(true, first(OPEN_INITIATOR, key.text(), "9".repeat(255)));

    assertThat(reply.status()).isEqualTo(LoginStatus.SUCCESS);
    assertThat(reply.text().getOrDefault(key.text(), "Reject")).isIn("Reject", "1048576");
  }

  @ParameterizedTest
  @EnumSource(Key.class)
  void aLaterConnectionNegotiatesOnlyWhatIsItsOwn(Key key) {
    LoginFixture fixture = new LoginFixture(new ChapChallenges(LoginFixture.RANDOM), false);

    Login.Reply reply =
        fixture.operational(true, first(OPEN_INITIATOR, key.text(), legalValue(key)));

    assertThat("Irrelevant".equals(reply.text().get(key.text()))).isEqualTo(key.isLeadingOnly());
  }

  @Test
  void aLaterConnectionTakesTheSessionsParameters() {
    LoginFixture leading = new LoginFixture();
    leading.operational(
        true, first(OPEN_INITIATOR, "MaxBurstLength", "4096", "HeaderDigest", "CRC32C"));
    LoginFixture later = new LoginFixture(new ChapChallenges(LoginFixture.RANDOM), false);
    later.operational(
        true, first(OPEN_INITIATOR, "DataDigest", "CRC32C", "MaxRecvDataSegmentLength", "512"));

    SessionParameters joined = later.login.parameters().joining(leading.login.parameters());

    assertThat(joined.maxBurstBytes()).isEqualTo(4096);
    assertThat(joined.headerDigest()).isFalse();
    assertThat(joined.dataDigest()).isTrue();
    assertThat(joined.initiatorSegmentBytes()).isEqualTo(512);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import static io.lunette.iscsi.login.LoginFixture.OPEN_INITIATOR;
import static io.lunette.iscsi.login.LoginFixture.TARGET;
import static io.lunette.iscsi.login.LoginFixture.first;
import static io.lunette.iscsi.login.LoginFixture.keys;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoginTest {

  private final LoginFixture fixture = new LoginFixture();

  @Test
  void twoStagesThenFullFeature() {
    Login.Reply security = fixture.security(true, first(OPEN_INITIATOR, "AuthMethod", "CHAP,None"));
    assertThat(security.status()).isEqualTo(LoginStatus.SUCCESS);
    assertThat(security.transit()).isTrue();
    assertThat(security.nextStage()).isEqualTo(Login.OPERATIONAL);
    assertThat(security.text())
        .containsOnly(Map.entry("TargetPortalGroupTag", "1"), Map.entry("AuthMethod", "None"));

    Login.Reply operational =
        fixture.operational(
            true, keys("HeaderDigest", "CRC32C,None", "MaxBurstLength", "16776192"));
    assertThat(operational.isFinal()).isTrue();
    assertThat(operational.text())
        .containsEntry("HeaderDigest", "CRC32C")
        .containsEntry("MaxBurstLength", "4194304")
        .containsEntry("MaxRecvDataSegmentLength", "1048576");
    assertThat(fixture.login.initiator().value()).isEqualTo(OPEN_INITIATOR);
    assertThat(fixture.login.isDiscovery()).isFalse();
    assertThat(fixture.login.parameters().headerDigest()).isTrue();
    assertThat(fixture.login.parameters().dataDigest()).isFalse();
    assertThat(fixture.login.parameters().maxBurstBytes()).isEqualTo(4 << 20);
  }

  @Test
  void whatIsNotNegotiatedHasTheStandardsDefault() {
    assertThat(fixture.operational(true, first(OPEN_INITIATOR)).isFinal()).isTrue();

    SessionParameters parameters = fixture.login.parameters();
    assertThat(parameters.initialR2t()).isTrue();
    assertThat(parameters.immediateData()).isTrue();
    assertThat(parameters.initiatorSegmentBytes()).isEqualTo(8192);
    assertThat(parameters.maxBurstBytes()).isEqualTo(262144);
    assertThat(parameters.firstBurstBytes()).isEqualTo(65536);
    assertThat(parameters.maxOutstandingR2t()).isEqualTo(1);
    assertThat(parameters.defaultTime2Wait()).isEqualTo(2);
    assertThat(parameters.headerDigest() || parameters.dataDigest()).isFalse();
  }

  @Test
  void theFirstBurstIsNoLongerThanABurst() {
    fixture.operational(
        true, first(OPEN_INITIATOR, "MaxBurstLength", "1024", "FirstBurstLength", "65536"));

    assertThat(fixture.login.parameters().firstBurstBytes()).isEqualTo(1024);
  }

  @Test
  void theFirstRequestSaysWhoAndWhere() {
    assertThat(fixture.security(false, keys("TargetName", TARGET)).status())
        .isEqualTo(LoginStatus.MISSING_PARAMETER);
    assertThat(new LoginFixture().security(false, keys("InitiatorName", OPEN_INITIATOR)).status())
        .isEqualTo(LoginStatus.MISSING_PARAMETER);
    assertThat(
            new LoginFixture()
                .security(
                    false,
                    keys("InitiatorName", OPEN_INITIATOR, "TargetName", "iqn.2026-01.example:x"))
                .status())
        .isEqualTo(LoginStatus.TARGET_NOT_FOUND);
    assertThat(new LoginFixture().security(false, first("a b")).status())
        .isEqualTo(LoginStatus.INITIATOR_ERROR);
    assertThat(
            new LoginFixture()
                .security(false, first(OPEN_INITIATOR, "SessionType", "Odd"))
                .status())
        .isEqualTo(LoginStatus.INITIATOR_ERROR);
    assertThat(
            new LoginFixture()
                .security(
                    true,
                    first(
                        OPEN_INITIATOR.toUpperCase(Locale.ROOT),
                        "TargetName",
                        TARGET.toUpperCase(Locale.ROOT)))
                .transit())
        .isTrue();
  }

  @Test
  void sayingItAgainIsNothingNew() {
    fixture.security(true, first(OPEN_INITIATOR));
    Login.Reply again = fixture.operational(false, first(OPEN_INITIATOR));
    assertThat(again.status()).isEqualTo(LoginStatus.SUCCESS);
    assertThat(again.text()).containsOnlyKeys("MaxRecvDataSegmentLength");

    Login.Reply another = fixture.operational(true, first("iqn.2026-01.example:other"));
    assertThat(another.status()).isEqualTo(LoginStatus.INITIATOR_ERROR);
    Login.Reply changed = fixture.operational(true, keys("SessionType", "Discovery"));
    assertThat(changed.status()).isEqualTo(LoginStatus.INITIATOR_ERROR);
  }

  @Test
  void discoveryNeedsNoTargetAndHasIrrelevantKeys() {
    Login.Reply reply =
        fixture.operational(
            true,
            keys(
                "InitiatorName",
                OPEN_INITIATOR,
                "SessionType",
                "Discovery",
                "InitialR2T",
                "No",
                "MaxBurstLength",
                "1024",
                "DefaultTime2Wait",
                "0",
                "DefaultTime2Retain",
                "0",
                "ErrorRecoveryLevel",
                "0",
                "HeaderDigest",
                "None",
                "MaxRecvDataSegmentLength",
                "4096"));

    assertThat(reply.isFinal()).isTrue();
    assertThat(fixture.login.isDiscovery()).isTrue();
    assertThat(reply.text())
        .containsEntry("InitialR2T", "Irrelevant")
        .containsEntry("MaxBurstLength", "Irrelevant")
        .containsEntry("DefaultTime2Wait", "2")
        .containsEntry("DefaultTime2Retain", "0")
        .containsEntry("ErrorRecoveryLevel", "0")
        .containsEntry("HeaderDigest", "None")
        .doesNotContainKey("TargetPortalGroupTag");
    assertThat(fixture.login.parameters().initiatorSegmentBytes()).isEqualTo(4096);
  }

  @Test
  void unknownKeysAreNotUnderstood() {
    Login.Reply reply =
        fixture.operational(
            false,
            first(OPEN_INITIATOR, "X-com.example.y", "1", "Odd", "", "InitiatorAlias", "me"));

    assertThat(reply.text())
        .containsEntry("X-com.example.y", "NotUnderstood")
        .containsEntry("Odd", "NotUnderstood")
        .doesNotContainKey("InitiatorAlias");
  }

  @ParameterizedTest
  @CsvSource({
    // current stage, next stage, transit
    "2, 3, true",
    "3, 3, true",
    "0, 0, true",
    "0, 2, true",
    "1, 1, true",
    "1, 0, true"
  })
  void impossibleStagesAreRefused(int current, int next, boolean transit) {
    assertThat(fixture.login.request(current, next, transit, first(OPEN_INITIATOR)).status())
        .isEqualTo(LoginStatus.INITIATOR_ERROR);
  }

  @Test
  void aStageIsNotEnteredUnlessAgreed() {
    fixture.security(false, first(OPEN_INITIATOR));
    assertThat(fixture.operational(true, keys()).status()).isEqualTo(LoginStatus.INITIATOR_ERROR);

    LoginFixture back = new LoginFixture();
    back.operational(false, first(OPEN_INITIATOR));
    assertThat(back.security(true, keys()).status()).isEqualTo(LoginStatus.INITIATOR_ERROR);
  }

  @Test
  void securityMayLeadStraightToFullFeature() {
    assertThat(
            fixture
                .login
                .request(Login.SECURITY, Login.FULL_FEATURE, true, first(OPEN_INITIATOR))
                .isFinal())
        .isTrue();
    assertThat(fixture.operational(true, keys()).status()).isEqualTo(LoginStatus.INITIATOR_ERROR);
  }

  @Test
  void aLoginThatDoesNotEndIsEnded() {
    fixture.operational(false, first(OPEN_INITIATOR));
    int requests = 1;
    while (fixture.operational(false, keys()).status() == LoginStatus.SUCCESS) {
      requests++;
      assertThat(requests).isLessThan(1000);
    }
    assertThat(requests).isEqualTo(64);
  }

  @ParameterizedTest
  @CsvSource({
    "HeaderDigest, 'None,CRC32C', None",
    "HeaderDigest, 'X,CRC32C', CRC32C",
    "DataDigest, X, Reject",
    "DataDigest, '', Reject",
    "InitialR2T, No, No",
    "InitialR2T, Yes, Yes",
    "InitialR2T, yes, Reject",
    "ImmediateData, No, No",
    "ImmediateData, Yes, Yes",
    "DataPDUInOrder, No, Yes",
    "DataSequenceInOrder, No, Yes",
    "MaxConnections, 8, 1",
    "MaxConnections, 0, Reject",
    "MaxBurstLength, 512, 512",
    "MaxBurstLength, 511, Reject",
    "MaxBurstLength, 16777216, Reject",
    "MaxBurstLength, 0x1000, 4096",
    "MaxBurstLength, 0X1000, 4096",
    "MaxBurstLength, 01000, Reject",
    "MaxBurstLength, +1000, Reject",
    "MaxBurstLength, -1000, Reject",
    "MaxBurstLength, #1000, Reject",
    "MaxBurstLength, 99999999999999999999, Reject",
    "MaxBurstLength, 0x, Reject",
    "MaxBurstLength, ٥١٢, Reject",
    "FirstBurstLength, 16777215, 262144",
    "MaxOutstandingR2T, 65535, 8",
    "DefaultTime2Wait, 0, 2",
    "DefaultTime2Wait, 3600, 3600",
    "DefaultTime2Wait, 3601, Reject",
    "DefaultTime2Retain, 20, 0",
    "ErrorRecoveryLevel, 2, 0",
    "ErrorRecoveryLevel, 3, Reject",
    "iSCSIProtocolLevel, 2, 1",
    "TaskReporting, 'FastAbort,RFC3720', RFC3720"
  })
  void resultsOfNegotiation(String key, String offered, String result) {
    Login.Reply reply = fixture.operational(true, first(OPEN_INITIATOR, key, offered));

    assertThat(reply.status()).isEqualTo(LoginStatus.SUCCESS);
    assertThat(reply.text()).containsEntry(key, result);
  }

  @ParameterizedTest
  @ValueSource(strings = {"511", "16777216", "x", ""})
  void aDeclarationOutOfRangeIsRejectedAndTheDefaultHolds(String declared) {
    Login.Reply reply =
        fixture.security(false, first(OPEN_INITIATOR, "MaxRecvDataSegmentLength", declared));

    assertThat(reply.text()).containsEntry("MaxRecvDataSegmentLength", "Reject");
    assertThat(fixture.login.parameters().initiatorSegmentBytes()).isEqualTo(8192);
  }

  @Test
  void noiseIsAnsweredWithoutAnException() {
    Random random = new Random(7143);
    List<String> names =
        List.of(
            "InitiatorName",
            "SessionType",
            "TargetName",
            "AuthMethod",
            "CHAP_A",
            "CHAP_I",
            "CHAP_C",
            "CHAP_N",
            "CHAP_R",
            "HeaderDigest",
            "MaxBurstLength",
            "InitialR2T",
            "MaxRecvDataSegmentLength",
            "");
    List<String> values =
        List.of(
            LoginFixture.INITIATOR,
            OPEN_INITIATOR,
            TARGET,
            "CHAP",
            "None",
            "5",
            "7,8",
            "0x00",
            "0x",
            "0b",
            "0bAA==",
            "-1",
            "Yes",
            "",
            "host",
            "Discovery",
            "\uD800");
    Map<LoginStatus, Integer> seen = new HashMap<>();
    for (int round = 0; round < 20_000; round++) {
      LoginFixture each = new LoginFixture();
      boolean named = random.nextBoolean();
      for (int request = 0; request < 6; request++) {
        Map<String, String> text =
            named && request == 0 ? first(values.get(random.nextInt(2))) : keys();
        for (int pairs = random.nextInt(6); pairs > 0; pairs--) {
          text.put(
              names.get(random.nextInt(names.size())), values.get(random.nextInt(values.size())));
        }
        Login.Reply reply =
            each.login.request(
                random.nextInt(8) == 0 ? random.nextInt(4) : 0,
                random.nextInt(4),
                random.nextBoolean(),
                text);
        seen.merge(reply.status(), 1, Integer::sum);
        if (reply.isFinal()) {
          assertThat(each.login.initiator().value()).isNotEqualTo(LoginFixture.INITIATOR);
          break;
        }
        if (reply.status() != LoginStatus.SUCCESS) {
          break;
        }
      }
    }
    assertThat(seen).containsKeys(LoginStatus.SUCCESS, LoginStatus.AUTHENTICATION_FAILURE);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import static io.lunette.iscsi.login.LoginFixture.INITIATOR;
import static io.lunette.iscsi.login.LoginFixture.OWN_SECRET;
import static io.lunette.iscsi.login.LoginFixture.SECRET;
import static io.lunette.iscsi.login.LoginFixture.bytes;
import static io.lunette.iscsi.login.LoginFixture.first;
import static io.lunette.iscsi.login.LoginFixture.keys;
import static io.lunette.iscsi.login.LoginFixture.response;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChapTest {

  private static final String CHALLENGE = "0x000102030405060708090a0b0c0d0e0f";

  private LoginFixture fixture = new LoginFixture();

  /** The target's challenge to an initiator that offers these algorithms. */
  private Map<String, String> challenged(String algorithms) {
    Login.Reply method = fixture.security(false, first(INITIATOR, "AuthMethod", "None,CHAP"));
    assertThat(method.status()).isEqualTo(LoginStatus.SUCCESS);
    assertThat(method.text()).containsEntry("AuthMethod", "CHAP");
    Login.Reply reply = fixture.security(false, keys("CHAP_A", algorithms));
    assertThat(reply.status()).isEqualTo(LoginStatus.SUCCESS);
    assertThat(reply.text()).containsOnlyKeys("CHAP_A", "CHAP_I", "CHAP_C");
    return reply.text();
  }

  private static Map<String, String> proof(
      Map<String, String> challenge, String hash, String secret) throws Exception {
    return keys(
        "CHAP_N",
        "host",
        "CHAP_R",
        response(hash, challenge.get("CHAP_I"), secret, bytes(challenge.get("CHAP_C"))));
  }

  private void refused(Map<String, String> text) {
    Login.Reply reply = fixture.security(true, text);
    assertThat(reply.status()).isEqualTo(LoginStatus.AUTHENTICATION_FAILURE);
    assertThat(reply.transit()).isFalse();
    assertThat(reply.text()).isEmpty();
    assertThat(fixture.operational(true, keys()).status()).isNotEqualTo(LoginStatus.SUCCESS);
  }

  @ParameterizedTest
  @CsvSource({"5, MD5", "6, SHA-1", "7, SHA-256", "8, SHA3-256"})
  void eachAlgorithmProvesOneSideOrBoth(String number, String hash) throws Exception {
    Map<String, String> challenge = challenged(number);
    assertThat(challenge).containsEntry("CHAP_A", number);
    Login.Reply oneWay = fixture.security(true, proof(challenge, hash, SECRET));
    assertThat(oneWay.transit()).isTrue();
    assertThat(oneWay.text()).isEmpty();

    ChapTest mutual = new ChapTest();
    Map<String, String> proof = proof(mutual.challenged(number), hash, SECRET);
    proof.put("CHAP_I", "200");
    proof.put("CHAP_C", CHALLENGE);
    Login.Reply reply = mutual.fixture.security(true, proof);
    assertThat(reply.transit()).isTrue();
    assertThat(reply.text())
        .containsEntry("CHAP_N", "target")
        .containsEntry("CHAP_R", response(hash, "200", OWN_SECRET, bytes(CHALLENGE)));
    assertThat(mutual.fixture.operational(true, keys()).isFinal()).isTrue();
  }

  /** Computed with md5sum: RFC 1994 gives no vector. */
  @Test
  void aKnownVector() {
    byte[] response =
        ChapAlgorithm.MD5.response(
            0x2A,
            "secret".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
            new byte[] {1, 2, 3, 4});

    assertThat(java.util.HexFormat.of().formatHex(response))
        .isEqualTo("f06a31bdd6ae6162f265543c5fc9fe37");
  }

  @Test
  void theInitiatorsFirstKnownAlgorithmIsTaken() {
    assertThat(challenged("99,7,5")).containsEntry("CHAP_A", "7");
    assertThat(new ChapTest().challenged("5,8")).containsEntry("CHAP_A", "5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "4", "99,100", "MD5", "5x", ",,,"})
  void unknownAlgorithmsAreRefused(String algorithms) {
    fixture.security(false, first(INITIATOR, "AuthMethod", "CHAP"));
    refused(keys("CHAP_A", algorithms));
  }

  @Test
  void challengesAreNeverTheSame() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      String challenge = new ChapTest().challenged("7").get("CHAP_C");
      assertThat(challenge).hasSize(2 + 64);
      assertThat(seen.add(challenge)).isTrue();
    }
  }

  @Test
  void aResponseInBase64IsTakenToo() throws Exception {
    Map<String, String> proof = proof(challenged("7"), "SHA-256", SECRET);
    proof.compute("CHAP_R", (key, hex) -> "0b" + Base64.getEncoder().encodeToString(bytes(hex)));

    assertThat(fixture.security(true, proof).transit()).isTrue();
  }

  @Test
  void aWrongSecretIsRefused() throws Exception {
    refused(proof(challenged("7"), "SHA-256", "initiator-secreT"));
  }

  @Test
  void theRightSecretOfAnotherNameIsRefused() throws Exception {
    Map<String, String> proof = proof(challenged("7"), "SHA-256", SECRET);
    proof.put("CHAP_N", "target");
    refused(proof);
  }

  @Test
  void theWrongHashIsRefused() throws Exception {
    refused(proof(challenged("7"), "SHA3-256", SECRET));
  }

  @ParameterizedTest
  @ValueSource(strings = {"CHAP_N", "CHAP_R"})
  void aResponseWithoutOneOfItsKeysIsRefused(String missing) throws Exception {
    Map<String, String> proof = proof(challenged("7"), "SHA-256", SECRET);
    proof.remove(missing);
    refused(proof);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0x", "0b", "0xzz", "12", "0b***", "0x00", "\u0000"})
  void aGarbledResponseIsRefused(String response) throws Exception {
    Map<String, String> proof = proof(challenged("7"), "SHA-256", SECRET);
    proof.put("CHAP_R", response);
    refused(proof);
  }

  @Test
  void aResponseBeforeTheChallengeIsRefused() {
    fixture.security(false, first(INITIATOR, "AuthMethod", "CHAP"));
    refused(keys("CHAP_N", "host", "CHAP_R", "0x00"));
  }

  @Test
  void ourOwnChallengeSentBackIsRefused() throws Exception {
    Map<String, String> challenge = challenged("7");
    Map<String, String> proof = proof(challenge, "SHA-256", SECRET);
    proof.put("CHAP_I", challenge.get("CHAP_I"));
    proof.put("CHAP_C", challenge.get("CHAP_C"));
    refused(proof);
  }

  @Test
  void oneSecretForBothSidesIsRefused() throws Exception {
    fixture.own = Optional.of(LoginFixture.credentials("target", SECRET));
    Map<String, String> proof = proof(challenged("7"), "SHA-256", SECRET);
    proof.put("CHAP_I", "1");
    proof.put("CHAP_C", CHALLENGE);
    refused(proof);
  }

  @Test
  void aTargetWithoutASecretDoesNotPretend() throws Exception {
    fixture.own = Optional.empty();
    Map<String, String> proof = proof(challenged("7"), "SHA-256", SECRET);
    proof.put("CHAP_I", "1");
    proof.put("CHAP_C", CHALLENGE);
    refused(proof);
  }

  @ParameterizedTest
  @CsvSource({"256, 0x01", "-1, 0x01", "x, 0x01", "07, 0x01", "7, zz", "7,", ", 0x01"})
  void aMalformedChallengeToTheTargetIsRefused(String identifier, String challenge)
      throws Exception {
    Map<String, String> proof = proof(challenged("7"), "SHA-256", SECRET);
    if (identifier != null) {
      proof.put("CHAP_I", identifier);
    }
    if (challenge != null) {
      proof.put("CHAP_C", challenge);
    }
    refused(proof);
  }

  @Test
  void aTargetDoesNotProveItselfToWhoHasNotProvedAnything() throws Exception {
    Map<String, String> proof = proof(challenged("7"), "SHA-256", "wrong");
    proof.put("CHAP_I", "1");
    proof.put("CHAP_C", CHALLENGE);
    refused(proof);
  }

  @Test
  void transitIsNotGrantedBeforeTheProof() throws Exception {
    Login.Reply early = fixture.security(true, first(INITIATOR, "AuthMethod", "CHAP"));
    assertThat(early.status()).isEqualTo(LoginStatus.SUCCESS);
    assertThat(early.transit()).isFalse();
    Login.Reply challenge = fixture.security(true, keys("CHAP_A", "7"));
    assertThat(challenge.transit()).isFalse();

    assertThat(fixture.security(true, proof(challenge.text(), "SHA-256", SECRET)).transit())
        .isTrue();
  }

  @Test
  void whoHasToProveItselfCannotGoRound() {
    assertThat(fixture.operational(true, first(INITIATOR)).status())
        .isEqualTo(LoginStatus.AUTHENTICATION_FAILURE);
    LoginFixture without = new LoginFixture();
    assertThat(without.security(true, first(INITIATOR, "AuthMethod", "None")).status())
        .isEqualTo(LoginStatus.AUTHENTICATION_FAILURE);
    LoginFixture silent = new LoginFixture();
    assertThat(silent.security(true, first(INITIATOR)).transit()).isFalse();
    assertThat(silent.login.request(Login.SECURITY, Login.FULL_FEATURE, true, keys()).isFinal())
        .isFalse();
    assertThat(silent.operational(true, keys()).status()).isNotEqualTo(LoginStatus.SUCCESS);
  }

  @Test
  void theChallengeOfAnotherConnectionIsNotAnswered() throws Exception {
    ChapTest parallel = new ChapTest();
    parallel.fixture = new LoginFixture(fixture.challenges, true);
    Map<String, String> theirs = parallel.challenged("7");
    Map<String, String> proof = proof(challenged("7"), "SHA-256", SECRET);
    proof.put("CHAP_I", theirs.get("CHAP_I"));
    proof.put("CHAP_C", theirs.get("CHAP_C"));
    refused(proof);
  }

  @Test
  void aChallengeIsForgottenWithItsLogin() {
    challenged("7");
    assertThat(fixture.challenges.outstanding()).isEqualTo(1);

    fixture.login.close();

    assertThat(fixture.challenges.outstanding()).isZero();
  }

  /** RFC 7143 §12.1.3 bounds a challenge to 1024 bytes. */
  @ParameterizedTest
  @CsvSource({"1, true", "1024, true", "1025, false"})
  void challengesToTheTargetHaveOneTo1024Bytes(int bytes, boolean answered) throws Exception {
    Map<String, String> proof = proof(challenged("7"), "SHA-256", SECRET);
    proof.put("CHAP_I", "0x2A");
    proof.put("CHAP_C", "0x" + "5a".repeat(bytes));

    assertThat(fixture.security(true, proof).text().containsKey("CHAP_R")).isEqualTo(answered);
  }
}

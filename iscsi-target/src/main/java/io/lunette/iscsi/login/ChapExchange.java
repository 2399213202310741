/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import io.lunette.core.volume.ChapCredentials;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One CHAP exchange (RFC 7143 §12.1.3): algorithm, challenge, response, and the target's own
 * response where the initiator asks for it. Used once; owned by its login.
 */
final class ChapExchange {

  private static final String ALGORITHM = "CHAP_A";
  private static final String IDENTIFIER = "CHAP_I";
  private static final String CHALLENGE = "CHAP_C";
  private static final String NAME = "CHAP_N";
  private static final String RESPONSE = "CHAP_R";

  private enum Step {
    ALGORITHM,
    RESPONSE,
    PROVED
  }

  private final ChapCredentials expected;
  private final Optional<ChapCredentials> own;
  private final ChapChallenges challenges;
  private final int identifier;
  private final byte[] challenge;
  private Step step = Step.ALGORITHM;
  private ChapAlgorithm algorithm;

  ChapExchange(ChapCredentials expected, Optional<ChapCredentials> own, ChapChallenges challenges) {
    this.expected = expected;
    this.own = own;
    this.challenges = challenges;
    this.identifier = challenges.newIdentifier();
    this.challenge = challenges.issue();
  }

  /** The login is over, however it went. */
  void close() {
    challenges.retire(challenge);
  }

  boolean isProved() {
    return step == Step.PROVED;
  }

  /** Takes the CHAP keys of a request and puts the answer; false if the login has to fail. */
  boolean advance(Map<String, String> request, Map<String, String> answer) {
    return switch (step) {
      case ALGORITHM ->
          request.containsKey(ALGORITHM) ? challenge(request, answer) : mayWait(request);
      case RESPONSE -> respond(request, answer);
      case PROVED -> true;
    };
  }

  /** Without an algorithm there is nothing to respond to. */
  private static boolean mayWait(Map<String, String> request) {
    return request.keySet().stream().noneMatch(key -> key.startsWith("CHAP_"));
  }

  private boolean challenge(Map<String, String> request, Map<String, String> answer) {
    algorithm = ChapAlgorithm.choose(request.remove(ALGORITHM));
    if (algorithm == null) {
      return false;
    }
    answer.put(ALGORITHM, Integer.toString(algorithm.number()));
    answer.put(IDENTIFIER, Integer.toString(identifier));
    answer.put(CHALLENGE, BinaryValue.encode(challenge));
    step = Step.RESPONSE;
    return true;
  }

  private boolean respond(Map<String, String> request, Map<String, String> answer) {
    String name = request.remove(NAME);
    String response = request.remove(RESPONSE);
    String theirIdentifier = request.remove(IDENTIFIER);
    String theirChallenge = request.remove(CHALLENGE);
    if (name == null || response == null) {
      return false;
    }
    byte[] right = algorithm.response(identifier, expected.secret(), challenge);
    boolean proved =
        MessageDigest.isEqual(
                name.getBytes(StandardCharsets.UTF_8),
                expected.user().getBytes(StandardCharsets.UTF_8))
            & BinaryValue.decode(response)
                .map(given -> MessageDigest.isEqual(right, given))
                .orElse(false);
    if (!proved) {
      return false;
    }
    step = Step.PROVED;
    return (theirIdentifier == null && theirChallenge == null)
        || proveOurselves(theirIdentifier, theirChallenge, answer);
  }

  /**
   * Refuses to answer a challenge of the target itself, on whichever connection it was issued, and
   * to answer with the initiator's secret (RFC 7143 §9.2.1).
   */
  private boolean proveOurselves(
      String theirIdentifier, String theirChallenge, Map<String, String> answer) {
    Optional<byte[]> given =
        theirChallenge == null ? Optional.empty() : BinaryValue.decode(theirChallenge);
    OptionalLong number =
        theirIdentifier == null ? OptionalLong.empty() : Numeral.parse(theirIdentifier);
    if (own.isEmpty() || given.isEmpty() || number.isEmpty() || number.getAsLong() > 255) {
      return false;
    }
    if (challenges.isOutstanding(given.get())
        || MessageDigest.isEqual(own.get().secret(), expected.secret())) {
      return false;
    }
    answer.put(NAME, own.get().user());
    byte[] response = algorithm.response((int) number.getAsLong(), own.get().secret(), given.get());
    answer.put(RESPONSE, BinaryValue.encode(response));
    return true;
  }
}

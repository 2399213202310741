/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The login phase of one connection (RFC 7143 §6.3): a request in, a reply out, until it is final
 * or has failed. Knows neither sockets nor sessions; owned by the connection's event loop.
 */
public final class Login {

  public static final int SECURITY = 0;
  public static final int OPERATIONAL = 1;
  public static final int FULL_FEATURE = 3;

  private static final int MOST_REQUESTS = 64;
  private static final String NOT_UNDERSTOOD = "NotUnderstood";
  private static final String REJECT = "Reject";
  private static final String IRRELEVANT = "Irrelevant";
  private static final String ADDRESS = Key.TARGET_ADDRESS.text();

  /**
   * A reply.
   *
   * @param transit whether it moves to {@code nextStage}
   */
  public record Reply(
      LoginStatus status, boolean transit, int stage, int nextStage, Map<String, String> text) {

    /** Whether it ends the login well. */
    public boolean isFinal() {
      return status == LoginStatus.SUCCESS && transit && nextStage == FULL_FEATURE;
    }
  }

  /**
   * Where a login comes in.
   *
   * @param local the address that the initiator reached
   * @param portalGroup tag of the portal's group
   * @param leading whether it asks for a new session
   */
  public record Entrance(InetSocketAddress local, int portalGroup, boolean leading) {}

  private final LoginPolicy policy;
  private final ChapChallenges challenges;
  private final Entrance entrance;
  private final Set<String> settled = new HashSet<>();
  private final Map<Key, String> results = new EnumMap<>(Key.class);
  private int stage = -1;
  private int requests;
  private InitiatorName initiator;
  private boolean discovery;
  private Optional<ChapCredentials> required = Optional.empty();
  private ChapExchange chap;
  private boolean methodChosen;
  private boolean declared;

  public Login(LoginPolicy policy, ChapChallenges challenges, Entrance entrance) {
    this.policy = policy;
    this.challenges = challenges;
    this.entrance = entrance;
  }

  /** It is over, however it went. */
  public void close() {
    if (chap != null) {
      chap.close();
    }
  }

  /** Who logs in; null before the first request was accepted. */
  public InitiatorName initiator() {
    return initiator;
  }

  public boolean isDiscovery() {
    return discovery;
  }

  public SessionParameters parameters() {
    return new SessionParameters(results);
  }

  /**
   * Answers a request whose text is whole.
   *
   * @param stage CSG
   * @param nextStage NSG, meaningful with {@code transit}
   */
  public Reply request(
      int currentStage, int nextStage, boolean transit, Map<String, String> received) {
    Map<String, String> text = new LinkedHashMap<>(received);
    Map<String, String> answer = new LinkedHashMap<>();
    LoginStatus refusal = checkStage(currentStage, nextStage, transit);
    if (refusal == null) {
      refusal = initiator == null ? identify(text, answer) : identifyAgain(text);
    }
    if (refusal == null) {
      stage = currentStage;
      refusal = stage == SECURITY ? security(text, answer) : operational(text, answer);
    }
    if (refusal != null) {
      return new Reply(refusal, false, Math.max(currentStage, 0), 0, Map.of());
    }
    Optional<Redirection> elsewhere =
        isProved() && !discovery
            ? policy.redirectionOf(initiator, entrance.local())
            : Optional.empty();
    if (elsewhere.isPresent()) {
      String address = elsewhere.get().address().toString();
      return new Reply(elsewhere.get().status(), false, currentStage, 0, Map.of(ADDRESS, address));
    }
    boolean moves = transit && isProved();
    if (moves) {
      stage = nextStage;
    }
    return new Reply(LoginStatus.SUCCESS, moves, currentStage, moves ? nextStage : 0, answer);
  }

  private LoginStatus checkStage(int currentStage, int nextStage, boolean transit) {
    boolean known = currentStage == SECURITY || currentStage == OPERATIONAL;
    boolean forward =
        !transit
            || (nextStage > currentStage
                && (nextStage == OPERATIONAL || nextStage == FULL_FEATURE));
    boolean expected = stage == -1 || stage == currentStage;
    return known && forward && expected && ++requests <= MOST_REQUESTS
        ? null
        : LoginStatus.INITIATOR_ERROR;
  }

  /** The first request says who logs in, where, and for what (RFC 7143 §6.3). */
  private LoginStatus identify(Map<String, String> text, Map<String, String> answer) {
    String name = text.remove("InitiatorName");
    String type = text.remove("SessionType");
    String target = text.remove("TargetName");
    if (name == null) {
      return LoginStatus.MISSING_PARAMETER;
    }
    InitiatorName parsed;
    try {
      parsed = new InitiatorName(name);
    } catch (IllegalArgumentException e) {
      return LoginStatus.INITIATOR_ERROR;
    }
    if (type != null && !"Normal".equals(type) && !"Discovery".equals(type)) {
      return LoginStatus.INITIATOR_ERROR;
    }
    discovery = "Discovery".equals(type);
    if (!discovery && target == null) {
      return LoginStatus.MISSING_PARAMETER;
    }
    if (target != null && !target.toLowerCase(Locale.ROOT).equals(policy.targetName())) {
      return LoginStatus.TARGET_NOT_FOUND;
    }
    if (target != null) {
      answer.put(Key.TARGET_PORTAL_GROUP_TAG.text(), Integer.toString(entrance.portalGroup()));
    }
    required = policy.credentialsOf(parsed);
    initiator = parsed;
    return null;
  }

  /** Some initiators say it in each stage; they may not say something else. */
  private LoginStatus identifyAgain(Map<String, String> text) {
    String name = text.remove("InitiatorName");
    String type = text.remove("SessionType");
    String target = text.remove("TargetName");
    boolean same =
        (name == null || isSameInitiator(name))
            && (type == null || type.equals(discovery ? "Discovery" : "Normal"))
            && (target == null || target.toLowerCase(Locale.ROOT).equals(policy.targetName()));
    return same ? null : LoginStatus.INITIATOR_ERROR;
  }

  private boolean isSameInitiator(String name) {
    try {
      return new InitiatorName(name).equals(initiator);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private LoginStatus security(Map<String, String> text, Map<String, String> answer) {
    String methods = text.remove("AuthMethod");
    if (methods != null) {
      String wanted = required.isPresent() ? "CHAP" : "None";
      if (methodChosen || !("," + methods + ",").contains("," + wanted + ",")) {
        return LoginStatus.AUTHENTICATION_FAILURE;
      }
      methodChosen = true;
      answer.put("AuthMethod", wanted);
      required.ifPresent(
          credentials ->
              chap =
                  new ChapExchange(
                      credentials, policy.targetCredentialsFor(initiator), challenges));
    }
    if (chap != null && !chap.advance(text, answer)) {
      return LoginStatus.AUTHENTICATION_FAILURE;
    }
    text.keySet().removeIf(key -> key.startsWith("CHAP_"));
    return negotiate(text, answer);
  }

  private LoginStatus operational(Map<String, String> text, Map<String, String> answer) {
    if (required.isPresent() && (chap == null || !chap.isProved())) {
      return LoginStatus.AUTHENTICATION_FAILURE;
    }
    LoginStatus refusal = negotiate(text, answer);
    if (refusal == null && !declared) {
      declared = true;
      answer.put(Key.MAX_RECV_DATA_SEGMENT_LENGTH.text(), Key.MAX_RECV_DATA_SEGMENT_LENGTH.offer());
    }
    return refusal;
  }

  /** A key is negotiated once; who tries again is refused (RFC 7143 §6.3). */
  private LoginStatus negotiate(Map<String, String> text, Map<String, String> answer) {
    for (Map.Entry<String, String> each : text.entrySet()) {
      String name = each.getKey();
      Key key = Key.find(name);
      if (key == null) {
        answer.put(name, name.startsWith("CHAP_") ? REJECT : NOT_UNDERSTOOD);
      } else if (!settled.add(name)) {
        return LoginStatus.INITIATOR_ERROR;
      } else if ((discovery && key.irrelevantInDiscovery())
          || (!entrance.leading() && key.isLeadingOnly())) {
        answer.put(name, IRRELEVANT);
      } else {
        settle(key, each.getValue(), answer);
      }
    }
    return null;
  }

  private void settle(Key key, String value, Map<String, String> answer) {
    String result = key.result(value);
    if (result == null) {
      answer.put(key.text(), REJECT);
      return;
    }
    results.put(key, result);
    if (!key.isDeclarative()) {
      answer.put(key.text(), result);
    }
  }

  /** What was required has been proved: the security stage may be left. */
  private boolean isProved() {
    return required.isEmpty() || (chap != null && chap.isProved());
  }
}

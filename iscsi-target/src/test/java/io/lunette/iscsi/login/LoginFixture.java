/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A target that knows one initiator with a secret and lets others in without one. */
final class LoginFixture implements LoginPolicy {

  static final String INITIATOR = "iqn.2026-01.example:host";
  static final String OPEN_INITIATOR = "iqn.2026-01.example:open";
  static final String TARGET = "iqn.2026-01.example:target";
  static final String SECRET = "initiator-secret";
  static final String OWN_SECRET = "the-targets-secret";
  static final SecureRandom RANDOM = new SecureRandom();
  static final InetSocketAddress REACHED = InetSocketAddress.createUnresolved("192.0.2.1", 3260);

  Optional<ChapCredentials> own = Optional.of(credentials("target", OWN_SECRET));

  Optional<Redirection> elsewhere = Optional.empty();

  final ChapChallenges challenges;
  final Login login;

  LoginFixture() {
    this(new ChapChallenges(RANDOM), true);
  }

  /** One of several logins at the same target. */
  LoginFixture(ChapChallenges challenges, boolean leading) {
    this.challenges = challenges;
    this.login = new Login(this, challenges, new Login.Entrance(REACHED, 1, leading));
  }

  static ChapCredentials credentials(String user, String secret) {
    return new ChapCredentials(user, secret.getBytes(StandardCharsets.US_ASCII));
  }

  /** Keys and values in turn. */
  static Map<String, String> keys(String... keysAndValues) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      keys.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return keys;
  }

  /** The keys of a first request. */
  static Map<String, String> first(String initiator, String... more) {
    Map<String, String> keys =
        keys("InitiatorName", initiator, "SessionType", "Normal", "TargetName", TARGET);
    keys.putAll(keys(more));
    return keys;
  }

  Login.Reply security(boolean transit, Map<String, String> text) {
    return login.request(Login.SECURITY, Login.OPERATIONAL, transit, text);
  }

  Login.Reply operational(boolean transit, Map<String, String> text) {
    return login.request(Login.OPERATIONAL, Login.FULL_FEATURE, transit, text);
  }

  /** The response as RFC 1994 has it: the hash of identifier, secret and challenge. */
  static String response(String hash, String identifier, String secret, byte[] challenge)
      throws NoSuchAlgorithmException {
    byte[] text = secret.getBytes(StandardCharsets.US_ASCII);
    byte[] message = new byte[1 + text.length + challenge.length];
    message[0] = (byte) Integer.parseInt(identifier);
    System.arraycopy(text, 0, message, 1, text.length);
    System.arraycopy(challenge, 0, message, 1 + text.length, challenge.length);
    return "0x" + HexFormat.of().formatHex(MessageDigest.getInstance(hash).digest(message));
  }

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.substring(2));
  }

  @Override
  public String targetName() {
    return TARGET;
  }

  @Override
  public Optional<ChapCredentials> credentialsOf(InitiatorName initiator) {
    return initiator.value().equals(INITIATOR)
        ? Optional.of(credentials("host", SECRET))
        : Optional.empty();
  }

  @Override
  public Optional<ChapCredentials> targetCredentialsFor(InitiatorName initiator) {
    return own;
  }

  @Override
  public Optional<Redirection> redirectionOf(InitiatorName initiator, InetSocketAddress local) {
    return local.equals(REACHED) ? elsewhere : Optional.empty();
  }
}

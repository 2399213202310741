/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.account;

import io.lunette.core.DomainException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HTTP Basic authentication (RFC 7617). A password that was right is remembered for a while, as a
 * MAC under a key of this process, so that a client does not pay for the hash with every request; a
 * changed or removed account is refused at once. Thread-safe; calls may block.
 */
public final class BasicAuthentication {

  private static final String SCHEME = "Basic ";
  private static final Duration REMEMBERED = Duration.ofMinutes(5);
  private static final int REMEMBERED_MAX = 256;
  private static final int HEADER_MAX = 4096;
  private static final String MAC = "HmacSHA256";

  private final Accounts accounts;
  private final Clock clock;
  private final SecretKeySpec key;
  private final Map<String, Remembered> remembered = new LinkedHashMap<>();

  /** What was right of an account, and until when that counts. */
  private record Remembered(byte[] mac, String hash, Instant until) {}

  public BasicAuthentication(Accounts accounts, Clock clock) {
    this.accounts = accounts;
    this.clock = clock;
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.key = new SecretKeySpec(random, MAC);
  }

  /**
   * The account that the value of an Authorization header proves, if it proves any; null does not.
   *
   * @throws DomainException IO if the catalog cannot be read
   */
  public Optional<Account> authenticate(String authorization) throws DomainException {
    Optional<String[]> said = decode(authorization);
    if (said.isEmpty() || !AccountName.isLegal(said.get()[0])) {
      return Optional.empty();
    }
    String name = said.get()[0];
    Optional<Accounts.Kept> kept = accounts.find(new AccountName(name));
    byte[] mac = mac(name + ':' + said.get()[1]);
    if (kept.isPresent() && isRemembered(name, kept.get().hash(), mac)) {
      return kept.map(Accounts.Kept::account);
    }
    if (!accounts.matches(kept, said.get()[1])) {
      return Optional.empty();
    }
    remember(name, kept.orElseThrow().hash(), mac);
    return kept.map(Accounts.Kept::account);
  }

  private static Optional<String[]> decode(String authorization) {
    if (authorization == null
        || authorization.length() > HEADER_MAX
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(authorization.substring(SCHEME.length()).strip());
      String text = new String(bytes, StandardCharsets.UTF_8);
      int colon = text.indexOf(':');
      return colon < 0
          ? Optional.empty()
          : Optional.of(new String[] {text.substring(0, colon), text.substring(colon + 1)});
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private byte[] mac(String text) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + MAC, e);
    }
  }

  private boolean isRemembered(String name, String hash, byte[] mac) {
    synchronized (remembered) {
      Remembered there = remembered.get(name);
      return there != null
          && there.hash().equals(hash)
          && there.until().isAfter(clock.instant())
          && MessageDigest.isEqual(there.mac(), mac);
    }
  }

  private void remember(String name, String hash, byte[] mac) {
    synchronized (remembered) {
      remembered.remove(name);
      if (remembered.size() >= REMEMBERED_MAX) {
        remembered.remove(remembered.keySet().iterator().next());
      }
      byte[] copy = Arrays.copyOf(mac, mac.length);
      remembered.put(name, new Remembered(copy, hash, clock.instant().plus(REMEMBERED)));
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.account;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A password as it is kept: PBKDF2 with HMAC-SHA-512 (RFC 8018), its rounds and its salt beside it,
 * so that the rounds may grow with machines. Text: {@code pbkdf2-sha512$ROUNDS$SALT$HASH}.
 */
record PasswordHash(int rounds, byte[] salt, byte[] hash) {

  private static final String SCHEME = "pbkdf2-sha512";
  private static final int ROUNDS = 210_000;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BITS = 256;

  /** Of no password that anybody knows. */
  static final PasswordHash NOBODYS =
      new PasswordHash(ROUNDS, new byte[SALT_BYTES], new byte[HASH_BITS / Byte.SIZE]);

  /** The hash of a password that was chosen just now. */
  static PasswordHash of(String password, SecureRandom random) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return new PasswordHash(ROUNDS, salt, derive(password, salt, ROUNDS));
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static PasswordHash parse(String text) {
    String[] parts = text.split("\\$", -1);
    if (parts.length != 4 || !parts[0].equals(SCHEME)) {
      throw new IllegalArgumentException("the catalog holds a password of an unknown scheme");
    }
    HexFormat hex = HexFormat.of();
    return new PasswordHash(
        Integer.parseInt(parts[1]), hex.parseHex(parts[2]), hex.parseHex(parts[3]));
  }

  /** Whether it is the hash of that password; takes as long either way. */
  boolean matches(String password) {
    return MessageDigest.isEqual(hash, derive(password, salt, rounds));
  }

  private static byte[] derive(String password, byte[] salt, int rounds) {
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, rounds, HASH_BITS);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has PBKDF2", e);
    } finally {
      spec.clearPassword();
    }
  }

  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return String.format(
        Locale.ROOT, "%s$%d$%s$%s", SCHEME, rounds, hex.formatHex(salt), hex.formatHex(hash));
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.Arrays;
import java.util.Objects;

/** A CHAP name and secret (RFC 1994). Never printed. */
public record ChapCredentials(String user, byte[] secret) {

  /** What RFC 7143 asks of a secret that travels without IPsec: 96 bits. */
  private static final int SECRET_BYTES_MIN = 12;

  private static final int BYTES_MAX = 255;

  public ChapCredentials {
    Objects.requireNonNull(user);
    secret = secret.clone();
    if (user.isEmpty() || secret.length == 0) {
      throw new IllegalArgumentException("CHAP needs a user name and a secret");
    }
  }

  /**
   * Credentials that someone has just chosen, held to what RFC 7143 asks of them.
   *
   * @throws IllegalArgumentException if the name or the secret is too short or too long
   */
  public static ChapCredentials chosen(String user, byte[] secret) {
    if (user.isEmpty() || user.length() > BYTES_MAX) {
      throw new IllegalArgumentException("a CHAP name has 1 to " + BYTES_MAX + " characters");
    }
    if (secret.length < SECRET_BYTES_MIN || secret.length > BYTES_MAX) {
      throw new IllegalArgumentException(
          "the CHAP secret has "
              + secret.length
              + " bytes: use "
              + SECRET_BYTES_MIN
              + " to "
              + BYTES_MAX);
    }
    return new ChapCredentials(user, secret);
  }

  @Override
  public byte[] secret() {
    return secret.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChapCredentials that
        && user.equals(that.user)
        && Arrays.equals(secret, that.secret);
  }

  @Override
  public int hashCode() {
    return user.hashCode();
  }

  @Override
  public String toString() {
    return "ChapCredentials[" + user + "]";
  }
}

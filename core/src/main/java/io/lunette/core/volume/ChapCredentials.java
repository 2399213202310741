/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.Arrays;
import java.util.Objects;

/** A CHAP name and secret (RFC 1994). Never printed. */
public record ChapCredentials(String user, byte[] secret) {

  public ChapCredentials {
    Objects.requireNonNull(user);
    secret = secret.clone();
    if (user.isEmpty() || secret.length == 0) {
      throw new IllegalArgumentException("CHAP needs a user name and a secret");
    }
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

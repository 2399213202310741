/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * By what an array's TLS certificate is known.
 *
 * @param kind how
 * @param value for a PIN the SHA-256 of the certificate in 64 lower-case hexadecimal digits, for a
 *     CA its certificates in PEM
 */
public record ArrayTrust(Kind kind, String value) {

  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  /** The two ways to know a certificate. */
  public enum Kind {
    /** It is this very certificate; its names and its dates do not matter. */
    PIN,
    /** One of these authorities signed it, for the host of the URL. */
    CA
  }

  public ArrayTrust {
    Objects.requireNonNull(kind);
    if (kind == Kind.PIN) {
      value = value.replace(":", "").toLowerCase(Locale.ROOT);
      if (!SHA_256.matcher(value).matches()) {
        throw new IllegalArgumentException(
            "a pin is the SHA-256 of the array's certificate: 64 hexadecimal digits");
      }
    } else if (!value.contains("-----BEGIN CERTIFICATE-----")) {
      throw new IllegalArgumentException("the CA file holds no certificate in PEM");
    }
  }

  /** The certificate with that SHA-256, with or without colons. */
  public static ArrayTrust pin(String sha256) {
    return new ArrayTrust(Kind.PIN, sha256);
  }

  /** Whatever these authorities signed for the host. */
  public static ArrayTrust ca(String pem) {
    return new ArrayTrust(Kind.CA, pem);
  }
}

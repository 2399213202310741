/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import java.util.Arrays;
import java.util.Base64;

/** An Ed25519 public key as its SubjectPublicKeyInfo (RFC 8410). Immutable. */
public final class PublicKey {

  private final byte[] encoded;

  /** A key of its DER encoding; what is in there is the business of who verifies with it. */
  public PublicKey(byte[] encoded) {
    this.encoded = encoded.clone();
  }

  /**
   * A key of base64.
   *
   * @throws IllegalArgumentException if that is none
   */
  static PublicKey ofBase64(String text) {
    return new PublicKey(Base64.getDecoder().decode(text));
  }

  /** The DER encoding. */
  public byte[] encoded() {
    return encoded.clone();
  }

  /** The DER encoding in base64. */
  public String base64() {
    return Base64.getEncoder().encodeToString(encoded);
  }

  /** The fingerprint: {@code sha256:} and the digest of the DER encoding in hex. */
  public String id() {
    return Sha256.of(encoded);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicKey key && Arrays.equals(encoded, key.encoded);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded);
  }

  @Override
  public String toString() {
    return id();
  }
}

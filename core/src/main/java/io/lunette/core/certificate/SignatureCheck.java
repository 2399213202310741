/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

/** Verifies Ed25519 signatures (RFC 8032, pure). Thread-safe. */
@FunctionalInterface
public interface SignatureCheck {

  /** Whether the signature over the message was made with the private half of the key. */
  boolean isValid(PublicKey key, byte[] message, byte[] signature);
}

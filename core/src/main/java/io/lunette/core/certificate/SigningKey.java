/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

/** A private key that signs with Ed25519 (RFC 8032, pure). Thread-safe. */
public interface SigningKey {

  /** The key to verify with. */
  PublicKey publicKey();

  /** The 64 bytes of the signature over a message. */
  byte[] sign(byte[] message);
}

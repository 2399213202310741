/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.signing;

import io.lunette.core.certificate.PublicKey;
import java.io.IOException;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/** Verifies Ed25519 signatures (RFC 8032, pure). */
public final class Ed25519 {

  private Ed25519() {}

  /** A {@link io.lunette.core.certificate.SignatureCheck}. */
  public static boolean isValid(PublicKey key, byte[] message, byte[] signature) {
    AsymmetricKeyParameter parameters;
    try {
      parameters = PublicKeyFactory.createKey(key.encoded());
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
    if (!(parameters instanceof Ed25519PublicKeyParameters)) {
      return false;
    }
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(false, parameters);
    signer.update(message, 0, message.length);
    return signer.verifySignature(signature);
  }
}

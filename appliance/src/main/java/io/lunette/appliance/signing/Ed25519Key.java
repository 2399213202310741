/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.signing;

import io.lunette.core.certificate.PublicKey;
import io.lunette.core.certificate.SigningKey;
import java.io.IOException;
import java.security.SecureRandom;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;

/** A private key in memory; never printed. */
final class Ed25519Key implements SigningKey {

  private final Ed25519PrivateKeyParameters secret;
  private final PublicKey publicKey;

  private Ed25519Key(Ed25519PrivateKeyParameters secret) throws IOException {
    this.secret = secret;
    this.publicKey =
        new PublicKey(
            SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(secret.generatePublicKey())
                .getEncoded());
  }

  static Ed25519Key generate(SecureRandom random) throws IOException {
    return new Ed25519Key(new Ed25519PrivateKeyParameters(random));
  }

  /** A key of PKCS #8 (RFC 8410). */
  static Ed25519Key ofPkcs8(byte[] encoded) throws IOException {
    if (PrivateKeyFactory.createKey(encoded) instanceof Ed25519PrivateKeyParameters secret) {
      return new Ed25519Key(secret);
    }
    throw new IOException("not an Ed25519 key");
  }

  byte[] pkcs8() throws IOException {
    return PrivateKeyInfoFactory.createPrivateKeyInfo(secret).getEncoded();
  }

  @Override
  public PublicKey publicKey() {
    return publicKey;
  }

  @Override
  public byte[] sign(byte[] message) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, secret);
    signer.update(message, 0, message.length);
    return signer.generateSignature();
  }
}

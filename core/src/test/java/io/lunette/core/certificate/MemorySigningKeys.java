/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import io.lunette.core.DomainException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Keys of the JDK's own Ed25519, in memory: they outlive a core that is killed, as files do. */
public final class MemorySigningKeys implements SigningKeys {

  private final AtomicBoolean failing = new AtomicBoolean();
  private int settlesToFail;
  private final List<SigningKey> keys = new ArrayList<>(List.of(generate()));

  @Override
  public synchronized List<SigningKey> keys() {
    return List.copyOf(keys);
  }

  @Override
  public synchronized SigningKey prepare() throws DomainException {
    keys.subList(1, keys.size()).clear();
    keys.add(generate());
    return keys.get(1);
  }

  @Override
  public synchronized void settle(SigningKey key) throws DomainException {
    if (settlesToFail > 0) {
      settlesToFail--;
      throw new DomainException(DomainException.Kind.IO, "no space for the keys");
    }
    keys.clear();
    keys.add(key);
  }

  /** Has every key fail or work again. */
  public void failSignatures(boolean fail) {
    failing.set(fail);
  }

  /** Has the ends of so many changes of keys fail. */
  public synchronized void failSettling(int times) {
    settlesToFail = times;
  }

  /** Forgets the keys, as a home that was lost does, and makes another. */
  public synchronized void lose() {
    keys.clear();
    keys.add(generate());
  }

  /** Has the keys that there were at some time again, as a home does that is put back. */
  public synchronized void putBack(List<SigningKey> earlier) {
    keys.clear();
    keys.addAll(earlier);
  }

  private SigningKey generate() {
    try {
      return new JdkKey(failing, KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The check of the JDK. */
  public static boolean isValid(PublicKey key, byte[] message, byte[] signature) {
    try {
      Signature check = Signature.getInstance("Ed25519");
      check.initVerify(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(key.encoded())));
      check.update(message);
      return check.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private record JdkKey(AtomicBoolean failing, KeyPair pair) implements SigningKey {

    @Override
    public PublicKey publicKey() {
      return new PublicKey(pair.getPublic().getEncoded());
    }

    @Override
    public byte[] sign(byte[] message) {
      if (failing.get()) {
        throw new IllegalStateException("the key cannot sign");
      }
      try {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(message);
        return signature.sign();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.key;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Wraps the data keys of one pool for one epoch (RFC 3394, AES-256). When an epoch ends, its key is
 * destroyed, and with it whatever copy of a data key was wrapped by it.
 *
 * <p>A data key is wrapped together with its number, so that a record that was moved to another
 * key's place is refused, as a wrong key-encryption key is: what comes out is never garbage.
 * Thread-safe until it is destroyed.
 */
public final class KeyEncryptionKey {

  /** Bytes of such a key. */
  public static final int BYTES = 32;

  /** Bytes of a data key once it is wrapped. */
  public static final int WRAPPED_BYTES = XtsCipher.KEY_BYTES + 2 * Long.BYTES;

  private static final byte[] CHECK_LABEL = {'l', 'u', 'n', 'e', 't', 't', 'e', ' ', 'k', 'c', 'v'};

  private final long epoch;
  private final byte[] key;
  private final long checkValue;

  /** A key with a copy of these bytes. */
  public KeyEncryptionKey(long epoch, byte[] key) {
    if (epoch < 1 || key.length != BYTES) {
      throw new IllegalArgumentException(
          "a key of " + key.length + " bytes for epoch " + epoch + " is none");
    }
    this.epoch = epoch;
    this.key = key.clone();
    this.checkValue = checkValueOf(key);
  }

  /** A new key for an epoch. */
  public static KeyEncryptionKey generate(long epoch, SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    try {
      return new KeyEncryptionKey(epoch, bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static long checkValueOf(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return ByteBuffer.wrap(mac.doFinal(CHECK_LABEL)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HMAC", e);
    }
  }

  /** Counts the keys that a pool has had; 1 is the first. */
  public long epoch() {
    return epoch;
  }

  /** Tells keys apart without telling anything of them. */
  public long checkValue() {
    return checkValue;
  }

  /** A copy of the bytes, for whoever keeps them; the caller wipes it. */
  byte[] bytes() {
    return key.clone();
  }

  /** The data key of that number, wrapped. */
  public byte[] wrap(long id, byte[] dataKey) {
    byte[] plain =
        ByteBuffer.allocate(Long.BYTES + XtsCipher.KEY_BYTES).putLong(id).put(dataKey).array();
    try {
      Cipher cipher = Cipher.getInstance("AES/KW/NoPadding");
      cipher.init(Cipher.WRAP_MODE, new SecretKeySpec(key, "AES"));
      return cipher.wrap(new SecretKeySpec(plain, "AES"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no AES key wrap", e);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /**
   * The data key of that number, for the caller to wipe.
   *
   * @throws GeneralSecurityException if it is another's, was wrapped by another key, or is damaged
   */
  public byte[] unwrap(long id, byte[] wrapped) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/KW/NoPadding");
    cipher.init(Cipher.UNWRAP_MODE, new SecretKeySpec(key, "AES"));
    byte[] plain = cipher.unwrap(wrapped, "AES", Cipher.SECRET_KEY).getEncoded();
    try {
      if (plain.length != Long.BYTES + XtsCipher.KEY_BYTES
          || ByteBuffer.wrap(plain).getLong() != id) {
        throw new GeneralSecurityException("the key is not that of its record");
      }
      return Arrays.copyOfRange(plain, Long.BYTES, plain.length);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /** Forgets the key. */
  public void destroy() {
    Arrays.fill(key, (byte) 0);
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "key-encryption key of epoch " + epoch;
  }
}

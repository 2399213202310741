/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Wrapped keys open to the right key alone. */
class KeyEncryptionKeyTest {

  private final SecureRandom random = new SecureRandom();
  private final KeyEncryptionKey kek = KeyEncryptionKey.generate(3, random);

  /** RFC 3394 §4.6, so that what is wrapped is what other programs would wrap. */
  @Test
  void theRuntimesKeyWrapIsThatOfTheStandard() throws Exception {
    HexFormat hex = HexFormat.of();
    Cipher wrap = Cipher.getInstance("AES/KW/NoPadding");
    wrap.init(
        Cipher.WRAP_MODE,
        new SecretKeySpec(
            hex.parseHex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"),
            "AES"));

    byte[] wrapped =
        wrap.wrap(
            new SecretKeySpec(
                hex.parseHex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F"),
                "AES"));

    assertThat(hex.formatHex(wrapped))
        .isEqualToIgnoringCase(
            "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21");
  }

  @Test
  void whatWasWrappedIsUnwrapped() throws Exception {
    byte[] key = new byte[XtsCipher.KEY_BYTES];
    random.nextBytes(key);

    byte[] wrapped = kek.wrap(-5, key);

    assertThat(wrapped).hasSize(KeyEncryptionKey.WRAPPED_BYTES);
    assertThat(kek.unwrap(-5, wrapped)).isEqualTo(key);
  }

  @Test
  void nothingElseUnwrapsIt() {
    byte[] wrapped = kek.wrap(5, new byte[XtsCipher.KEY_BYTES]);
    KeyEncryptionKey other = KeyEncryptionKey.generate(3, random);
    byte[] changed = wrapped.clone();
    changed[17] ^= 1;

    assertThat(other.checkValue()).isNotEqualTo(kek.checkValue());
    assertThatThrownBy(() -> other.unwrap(5, wrapped)).isInstanceOf(GeneralSecurityException.class);
    assertThatThrownBy(() -> kek.unwrap(6, wrapped)).isInstanceOf(GeneralSecurityException.class);
    assertThatThrownBy(() -> kek.unwrap(5, changed)).isInstanceOf(GeneralSecurityException.class);
  }

  @Test
  void aDestroyedKeyUnwrapsNothing() {
    byte[] wrapped = kek.wrap(5, new byte[XtsCipher.KEY_BYTES]);

    kek.destroy();

    assertThatThrownBy(() -> kek.unwrap(5, wrapped)).isInstanceOf(GeneralSecurityException.class);
    assertThat(kek).hasToString("key-encryption key of epoch 3");
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Known answers of XTS-AES-256, and what the engine needs of it. */
class XtsCipherTest {

  private static final HexFormat HEX = HexFormat.of();
  private static final int UNIT = XtsCipher.UNIT_BYTES;

  /** The keys of IEEE 1619-2007, Annex B, vectors 10 to 14. */
  private static final byte[] KEY =
      HEX.parseHex(
          "2718281828459045235360287471352662497757247093699959574966967627"
              + "3141592653589793238462643383279502884197169399375105820974944592");

  /** Vector 10: data unit FFh of the bytes 00h to FFh, twice. */
  private static final String VECTOR_10 =
      "1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b"
          + "5d31e276f8fe4a8d66b317f9ac683f44680a86ac35adfc3345befecb4bb188fd"
          + "5776926c49a3095eb108fd1098baec70aaa66999a72a82f27d848b21d4a741b0"
          + "c5cd4d5fff9dac89aeba122961d03a757123e9870f8acf1000020887891429ca"
          + "2a3e7a7d7df7b10355165c8b9a6d0a7de8b062c4500dc4cd120c0f7418dae3d0"
          + "b5781c34803fa75421c790dfe1de1834f280d7667b327f6c8cd7557e12ac3a0f"
          + "93ec05c52e0493ef31a12d3d9260f79a289d6a379bc70c50841473d1a8cc81ec"
          + "583e9645e07b8d9670655ba5bbcfecc6dc3966380ad8fecb17b6ba02469a020a"
          + "84e18e8f84252070c13e9f1f289be54fbc481457778f616015e1327a02b140f1"
          + "505eb309326d68378f8374595c849d84f4c333ec4423885143cb47bd71c5edae"
          + "9be69a2ffeceb1bec9de244fbe15992b11b77c040f12bd8f6a975a44a0f90c29"
          + "a9abc3d4d893927284c58754cce294529f8614dcd2aba991925fedc4ae74ffac"
          + "6e333b93eb4aff0479da9a410e4450e0dd7ae4c6e2910900575da401fc07059f"
          + "645e8b7e9bfdef33943054ff84011493c27b3429eaedb4ed5376441a77ed4385"
          + "1ad77f16f541dfd269d50d6a5f14fb0aab1cbb4c1550be97f7ab4066193c4caa"
          + "773dad38014bd2092fa755c824bb5e54c4f36ffda9fcea70b9c6e693e148c151";

  private final XtsCipher cipher = new XtsCipher(KEY);

  @Test
  void enciphersTheStandardsDataUnit() {
    assertThat(HEX.formatHex(encrypt(0xFF, standardUnit()))).isEqualTo(VECTOR_10);
  }

  /** Vectors 11 to 14, of which the data unit's number is all that changes. */
  @ParameterizedTest
  @CsvSource({
    "0xFFFF, 77a31251618a15e6b92d1d66dffe7b50b50bad552305ba0217a610688eff7e11",
    "0xFFFFFF, e387aaa58ba483afa7e8eb469778317ecf4cf573aa9d4eac23f2cdf914e4e200",
    "0xFFFFFFFF, bf53d2dade78e822a4d949a9bc6766b01b06a8ef70d26748c6a7fc36d80ae4c5",
    "0xFFFFFFFFFF, 64497e5a831e4a932c09be3e5393376daa599548b816031d224bbf50a818ed23"
  })
  void enciphersDataUnitsOfLargeNumbers(String unit, String beginning) {
    assertThat(HEX.formatHex(encrypt(Long.decode(unit), standardUnit()))).startsWith(beginning);
  }

  /** Eight data units in one call, against what OpenSSL 3.0 makes of them one by one. */
  @Test
  void enciphersABlockOfTheEngineAsDataUnitsInARow() throws Exception {
    byte[] block = new byte[4096];
    for (int i = 0; i < block.length; i++) {
      block[i] = (byte) (i * 7 + i / 256);
    }

    byte[] digest = MessageDigest.getInstance("SHA-256").digest(encrypt(0x9A, block));

    assertThat(HEX.formatHex(digest))
        .isEqualTo("611fbad4cf2c6c2ce6d556e6320a8b29014d7de1ecc62da276b3bfed19d70285");
  }

  @Test
  void aPartOfARequestIsEncipheredAsItIsAlone() {
    byte[] plain = new byte[5 * 4096 + 3 * UNIT];
    new Random(5).nextBytes(plain);
    byte[] whole = encrypt(1000, plain);

    for (int from = 0; from < plain.length; from += 7 * UNIT) {
      int to = Math.min(plain.length, from + 9 * UNIT);
      assertThat(encrypt(1000 + from / UNIT, Arrays.copyOfRange(plain, from, to)))
          .isEqualTo(Arrays.copyOfRange(whole, from, to));
    }
  }

  @Test
  void decipheringGivesBackWhatWasEnciphered() {
    byte[] plain = new byte[3 * 4096 + UNIT];
    new Random(6).nextBytes(plain);
    ByteBuffer buffer = direct(encrypt(77, plain));

    cipher.decrypt(77L * UNIT, buffer);

    assertThat(bytes(buffer)).isEqualTo(plain);
  }

  @Test
  void theSourceIsOnlyRead() {
    ByteBuffer source = direct(standardUnit());

    cipher.encrypt(0, source.asReadOnlyBuffer(), ByteBuffer.allocateDirect(UNIT));

    assertThat(bytes(source)).isEqualTo(standardUnit());
  }

  @Test
  void whatIsNoWholeDataUnitIsRefused() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(UNIT);

    assertThatThrownBy(() -> cipher.decrypt(16, buffer)).hasMessageContaining("whole data units");
    assertThatThrownBy(() -> cipher.decrypt(0, buffer.slice(0, 100)))
        .hasMessageContaining("whole data units");
  }

  @Test
  void aKeyOfEqualHalvesIsRefused() {
    assertThatThrownBy(() -> new XtsCipher(new byte[64])).hasMessageContaining("halves");
    assertThatThrownBy(() -> new XtsCipher(new byte[32])).hasMessageContaining("halves");
  }

  @Test
  void aDestroyedKeyEnciphersNothing() {
    byte[] ignored = encrypt(0, standardUnit());

    cipher.destroy();

    assertThatThrownBy(() -> encrypt(0, standardUnit())).hasMessageContaining("destroyed");
    assertThat(cipher).hasToString("XTS-AES-256");
  }

  @Test
  void threadsDoNotDisturbOneAnother() throws Exception {
    byte[] plain = new byte[8192];
    new Random(8).nextBytes(plain);
    byte[] expected = encrypt(3, plain);
    ExecutorService threads = Executors.newFixedThreadPool(24);
    try {
      Callable<Boolean> work =
          () -> IntStream.range(0, 50).allMatch(i -> Arrays.equals(encrypt(3, plain), expected));
      for (Future<Boolean> each : threads.invokeAll(java.util.Collections.nCopies(48, work))) {
        assertThat(each.get()).isTrue();
      }
    } finally {
      List<Runnable> none = threads.shutdownNow();
      assertThat(none).isEmpty();
    }
  }

  private static byte[] standardUnit() {
    byte[] unit = new byte[UNIT];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (byte) i;
    }
    return unit;
  }

  private byte[] encrypt(long unit, byte[] plain) {
    ByteBuffer target = ByteBuffer.allocateDirect(plain.length);
    cipher.encrypt(unit * UNIT, direct(plain), target);
    return bytes(target);
  }

  private static ByteBuffer direct(byte[] content) {
    return ByteBuffer.allocateDirect(content.length).put(content).flip();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] content = new byte[buffer.capacity()];
    buffer.get(0, content);
    return content;
  }
}

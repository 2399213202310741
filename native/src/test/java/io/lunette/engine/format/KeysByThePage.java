/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Opens wrapped keys, and what is enciphered by them, by the words of docs/on-disk-format.md. */
final class KeysByThePage {

  private static final String RECORD = "field of a key's record";
  private static final int AES_BLOCK = 16;

  private final FormatPage page;
  private final byte[] wrappingKey;
  private final Map<Long, byte[]> keys = new HashMap<>();

  KeysByThePage(FormatPage page, byte[] wrappingKey) {
    this.page = page;
    this.wrappingKey = wrappingKey.clone();
  }

  int count() {
    return keys.size();
  }

  /** Takes in the records of an extent, and of the other one of its pair. */
  void take(ByteBuffer extent, ByteBuffer other, ByteBuffer pool) throws GeneralSecurityException {
    PoolByThePage.require(extent.equals(other), "a pair of extents holds the same");
    int bytes = page.number("A record is (\\d+) bytes");
    for (int at = 0; at < extent.capacity(); at += bytes) {
      ByteBuffer record = extent.slice(at, bytes).order(ByteOrder.LITTLE_ENDIAN);
      if (!record.equals(ByteBuffer.allocate(bytes))) {
        take(record, pool);
      }
    }
  }

  private void take(ByteBuffer record, ByteBuffer pool) throws GeneralSecurityException {
    FormatPage.Field magic = page.field(RECORD, "magic");
    String text = new String(bytes(record, magic), StandardCharsets.US_ASCII);
    PoolByThePage.require(magic.what().equals("magic `" + text + "`"), "magic of a key");
    byte[] sealed = bytes(record, new FormatPage.Field(0, record.capacity(), ""));
    int checksum = page.field(RECORD, "CRC32C").at();
    Arrays.fill(sealed, checksum, checksum + Integer.BYTES, (byte) 0);
    CRC32C crc = new CRC32C();
    crc.update(sealed);
    PoolByThePage.require((int) crc.getValue() == record.getInt(checksum), "checksum of a key");
    PoolByThePage.require(
        ByteBuffer.wrap(bytes(record, page.field(RECORD, "UUID of the pool"))).equals(pool),
        "pool of a key");
    PoolByThePage.require(record.getLong(page.field(RECORD, "epoch").at()) == 1, "epoch");
    requireCheckValue(bytes(record, page.field(RECORD, "check value")));

    Cipher unwrap = Cipher.getInstance("AESWrap");
    unwrap.init(Cipher.UNWRAP_MODE, new SecretKeySpec(wrappingKey, "AES"));
    byte[] wrapped = bytes(record, page.field(RECORD, "the key's number, big-endian"));
    ByteBuffer plain =
        ByteBuffer.wrap(unwrap.unwrap(wrapped, "AES", Cipher.SECRET_KEY).getEncoded());
    long number = plain.order(ByteOrder.BIG_ENDIAN).getLong();
    PoolByThePage.require(
        number == record.getLong(page.field(RECORD, "number of the key").at()), "key's number");
    byte[] key = new byte[page.number("big-endian, and its (\\d+) bytes, wrapped")];
    plain.get(key);
    PoolByThePage.require(!plain.hasRemaining() && number != 0, "length of a key");
    keys.put(number, key);
  }

  private void requireCheckValue(byte[] found) throws GeneralSecurityException {
    String what = page.field(RECORD, "check value").what();
    String label = what.replaceFirst(".*`\"(.*)\"`.*", "$1");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(wrappingKey, "HmacSHA256"));
    byte[] expected = mac.doFinal(label.getBytes(StandardCharsets.US_ASCII));
    PoolByThePage.require(
        Arrays.equals(found, Arrays.copyOf(expected, found.length)), "check value");
  }

  private static byte[] bytes(ByteBuffer record, FormatPage.Field field) {
    byte[] bytes = new byte[field.size()];
    record.get(field.at(), bytes);
    return bytes;
  }

  /** What a block of the device is, deciphered in units by their place (IEEE 1619). */
  byte[] decipher(long number, long offset, byte[] block) throws GeneralSecurityException {
    byte[] key = keys.get(number);
    PoolByThePage.require(key != null, "record of key " + number);
    Cipher data = Cipher.getInstance("AES/ECB/NoPadding");
    data.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, 0, key.length / 2, "AES"));
    Cipher tweaks = Cipher.getInstance("AES/ECB/NoPadding");
    tweaks.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, key.length / 2, key.length / 2, "AES"));
    int unit = page.number("data units of (\\d+) bytes");
    byte[] plain = new byte[block.length];
    for (int at = 0; at < block.length; at += unit) {
      ByteBuffer place = ByteBuffer.allocate(AES_BLOCK).order(ByteOrder.LITTLE_ENDIAN);
      byte[] tweak = tweaks.doFinal(place.putLong(0, (offset + at) / unit).array());
      for (int in = at; in < at + unit; in += AES_BLOCK) {
        byte[] one = data.doFinal(xor(block, in, tweak));
        System.arraycopy(xor(one, 0, tweak), 0, plain, in, AES_BLOCK);
        twice(tweak);
      }
    }
    return plain;
  }

  private static byte[] xor(byte[] bytes, int from, byte[] tweak) {
    byte[] mixed = tweak.clone();
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] ^= bytes[from + i];
    }
    return mixed;
  }

  /** Times x in the field of 2^128 elements, the first byte the lowest. */
  private static void twice(byte[] tweak) {
    int carry = 0;
    for (int i = 0; i < tweak.length; i++) {
      int shifted = (tweak[i] & 0xFF) << 1 | carry;
      tweak[i] = (byte) shifted;
      carry = shifted >>> Byte.SIZE;
    }
    tweak[0] ^= (byte) (carry * 0x87);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.key;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * XTS-AES-256 (IEEE 1619-2018) over data units of 512 bytes, of which the number is the place on
 * the device divided by 512. So whatever is a multiple of 512 bytes is read and written in place,
 * and bytes that stay where they are stay as they are, whoever's map names them.
 *
 * <p>The JDK has no XTS. Its ECB is a call of the processor's vector AES over as many blocks as it
 * is given; the tweaks of a piece are computed first and XORed in around that call, by loops that
 * the compiler turns into vector instructions. On a machine with VAES that is as fast as OpenSSL's
 * own XTS, which would cost two calls through JNA for each data unit.
 *
 * <p>Thread-safe. What a call needs is taken from a few places that hold it and put back, so calls
 * allocate nothing once as many were made at a time as ever are.
 */
public final class XtsCipher {

  /** Bytes of a key: one half for the data, one for the tweaks. */
  public static final int KEY_BYTES = 64;

  /** What is enciphered as one; offsets and lengths are multiples of it. */
  public static final int UNIT_BYTES = 512;

  private static final int BLOCK_BYTES = 16;

  /** Three arrays of this size fit in a first-level cache. */
  private static final int PIECE_BYTES = 4096;

  /** x^128 = x^7 + x^2 + x + 1 in GF(2^128). */
  private static final long POLYNOMIAL = 0x87;

  private static final int CONTEXTS = 16;
  private static final String TRANSFORMATION = "AES/ECB/NoPadding";

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] key;
  private final AtomicReferenceArray<Context> idle = new AtomicReferenceArray<>(CONTEXTS);
  private volatile boolean destroyed;

  /**
   * A cipher with a copy of that key.
   *
   * @throws IllegalArgumentException unless it has 64 bytes in two halves that differ (IEEE
   *     1619-2018, FIPS 140-3 IG C.I)
   */
  public XtsCipher(byte[] key) {
    int half = KEY_BYTES / 2;
    if (key.length != KEY_BYTES || Arrays.equals(key, 0, half, key, half, KEY_BYTES)) {
      throw new IllegalArgumentException("a key of XTS-AES-256 has two halves that differ");
    }
    this.key = key.clone();
  }

  /**
   * Enciphers what {@code source} has from its position to its limit, for that place on the device,
   * into {@code target} from its position on. Neither moves, and {@code source} is only read; they
   * may be the same.
   */
  public void encrypt(long offsetBytes, ByteBuffer source, ByteBuffer target) {
    run(offsetBytes, source, target, true);
  }

  /** Deciphers in place what was read from that place on the device, position to limit. */
  public void decrypt(long offsetBytes, ByteBuffer buffer) {
    run(offsetBytes, buffer, buffer, false);
  }

  private void run(long offset, ByteBuffer source, ByteBuffer target, boolean encrypt) {
    int length = source.remaining();
    if (((offset | length) & (UNIT_BYTES - 1)) != 0) {
      throw new IllegalArgumentException(
          length + " bytes at " + offset + " are not whole data units");
    }
    Context context = take();
    try {
      for (int at = 0; at < length; at += PIECE_BYTES) {
        context.piece(
            encrypt,
            (offset + at) / UNIT_BYTES,
            Math.min(PIECE_BYTES, length - at),
            source,
            source.position() + at,
            target,
            target.position() + at);
      }
    } finally {
      give(context);
    }
  }

  private static int place(int probe) {
    return ((int) Thread.currentThread().getId() + probe) & (CONTEXTS - 1);
  }

  private Context take() {
    for (int probe = 0; probe < CONTEXTS; probe++) {
      int place = place(probe);
      Context context = idle.get(place) == null ? null : idle.getAndSet(place, null);
      if (context != null) {
        return context;
      }
    }
    if (destroyed) {
      throw new IllegalStateException("the key was destroyed");
    }
    return new Context(key);
  }

  private void give(Context context) {
    for (int probe = 0; probe < CONTEXTS; probe++) {
      if (idle.compareAndSet(place(probe), null, context)) {
        return;
      }
    }
    context.wipe();
  }

  /**
   * Forgets the key, as far as the JDK lets one: its key schedules are overwritten by those of
   * another key. No call may be under way.
   */
  public void destroy() {
    destroyed = true;
    Arrays.fill(key, (byte) 0);
    for (int i = 0; i < CONTEXTS; i++) {
      wipe(idle.getAndSet(i, null));
    }
  }

  private static void wipe(Context context) {
    if (context != null) {
      context.wipe();
    }
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "XTS-AES-256";
  }

  /** What one call at a time works with. */
  private static final class Context {

    private final Cipher forward;
    private final Cipher backward;
    private final Cipher tweaking;
    private final byte[] piece = new byte[PIECE_BYTES];
    private final byte[] tweaks = new byte[PIECE_BYTES];
    private final byte[] first = new byte[PIECE_BYTES / UNIT_BYTES * BLOCK_BYTES];

    Context(byte[] key) {
      try {
        forward = Cipher.getInstance(TRANSFORMATION);
        backward = Cipher.getInstance(TRANSFORMATION);
        tweaking = Cipher.getInstance(TRANSFORMATION);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this Java has no AES", e);
      }
      init(key);
    }

    private void init(byte[] key) {
      int half = KEY_BYTES / 2;
      SecretKeySpec data = new SecretKeySpec(key, 0, half, "AES");
      try {
        forward.init(Cipher.ENCRYPT_MODE, data);
        backward.init(Cipher.DECRYPT_MODE, data);
        tweaking.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, half, half, "AES"));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES with 256 bits is not allowed here", e);
      }
    }

    void wipe() {
      init(new byte[KEY_BYTES]);
      Arrays.fill(piece, (byte) 0);
      Arrays.fill(tweaks, (byte) 0);
      Arrays.fill(first, (byte) 0);
    }

    void piece(
        boolean encrypt,
        long unit,
        int length,
        ByteBuffer source,
        int from,
        ByteBuffer to,
        int at) {
      tweaks(unit, length / UNIT_BYTES);
      source.get(from, piece, 0, length);
      xor(piece, tweaks, length);
      cipher(encrypt ? forward : backward, piece, length, piece);
      xor(piece, tweaks, length);
      to.put(at, piece, 0, length);
    }

    private void tweaks(long unit, int units) {
      for (int i = 0; i < units; i++) {
        LONG.set(first, i * BLOCK_BYTES, unit + i);
        LONG.set(first, i * BLOCK_BYTES + Long.BYTES, 0L);
      }
      cipher(tweaking, first, units * BLOCK_BYTES, first);
      for (int i = 0; i < units; i++) {
        long low = (long) LONG.get(first, i * BLOCK_BYTES);
        long high = (long) LONG.get(first, i * BLOCK_BYTES + Long.BYTES);
        int end = (i + 1) * UNIT_BYTES;
        for (int to = i * UNIT_BYTES; to < end; to += BLOCK_BYTES) {
          LONG.set(tweaks, to, low);
          LONG.set(tweaks, to + Long.BYTES, high);
          long carry = (high >> (Long.SIZE - 1)) & POLYNOMIAL;
          high = high << 1 | low >>> (Long.SIZE - 1);
          low = low << 1 ^ carry;
        }
      }
    }

    private static void cipher(Cipher cipher, byte[] input, int length, byte[] output) {
      try {
        int done = cipher.update(input, 0, length, output, 0);
        if (done != length) {
          throw new IllegalStateException(done + " bytes of " + length + " were enciphered");
        }
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void xor(byte[] bytes, byte[] mask, int length) {
      for (int i = 0; i < length; i++) {
        bytes[i] ^= mask[i];
      }
    }
  }
}

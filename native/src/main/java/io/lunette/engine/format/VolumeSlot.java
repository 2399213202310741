/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * A volume in the VOLUMES tree: 36 words at index {@code id * 36}.
 *
 * <pre>
 * word
 *   0  state: 0 no volume, 1 writable, 2 sealed, 3 erasing, 4 quarantined, 5 copying
 *   1  UUID, high half
 *   2  UUID, low half
 *   3  top layer
 *   4  size in bytes
 *   5  volume that it was cloned or copied from, 0 for none
 *   6  bytes of the name
 *   7  16 words of name, UTF-8, zero-padded
 *  23  erase: layer that is being erased
 *  24  erase: method; bit 8 for verify, of everything unless word 29 says less; from bit 16 the byte
 *      of the first pass; from bit 24 the passes before the zeroes
 *  25  erase: extents done
 *  26  erase: bytes overwritten
 *  27  erase: bytes read back
 *  28  erase: start, milliseconds since 1970
 *  29  erase: parts per million that are verified
 *  30  erase: seed of that sample
 *  31  bytes of a logical block, 0 for 512
 *  32  erase: number of the key that the volume had, 0 for none
 *  33  three words zero
 * </pre>
 */
public record VolumeSlot(
    State state,
    UUID uuid,
    long topLayer,
    long sizeBytes,
    long origin,
    String name,
    Erase erase,
    int blockBytes) {

  /** What may be done with a volume. */
  public enum State {
    ABSENT,
    WRITABLE,
    SEALED,
    ERASING,
    QUARANTINED,
    COPYING
  }

  /** How far an erase is; all zero when none was ever asked for. */
  public record Erase(
      long layer,
      int method,
      int pattern,
      int passes,
      int verifiedParts,
      long seed,
      long extents,
      long erasedBytes,
      long verifiedBytes,
      long startMillis,
      long key) {

    /** No erase. */
    public static final Erase NONE = new Erase(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** The same, with more of it done. */
    public Erase plus(long moreExtents, long moreErased, long moreVerified) {
      return new Erase(
          layer,
          method,
          pattern,
          passes,
          verifiedParts,
          seed,
          extents + moreExtents,
          erasedBytes + moreErased,
          verifiedBytes + moreVerified,
          startMillis,
          key);
    }
  }

  /** Words of a slot. */
  public static final int WORDS = 36;

  /** The longest name in bytes. */
  public static final int MAX_NAME_BYTES = 128;

  private static final int NAME = 7;
  private static final int ERASE = 23;
  private static final int BLOCK = 31;
  private static final int ERASED_KEY = 32;
  private static final int DEFAULT_BLOCK_BYTES = 512;
  private static final int VERIFY = 0x100;
  private static final int PATTERN_SHIFT = 16;
  private static final int PASSES_SHIFT = 24;
  private static final int ALL_PARTS = 1_000_000;

  /** The same, in another state and with another erase. */
  public VolumeSlot erasing(State newState, Erase newErase) {
    return new VolumeSlot(newState, uuid, topLayer, sizeBytes, origin, name, newErase, blockBytes);
  }

  /** The words of a slot without a volume. */
  public static long[] none() {
    return new long[WORDS];
  }

  /** Index of a volume's first word. */
  public static long index(long id) {
    return Math.multiplyExact(id, WORDS);
  }

  /** All words. */
  public long[] encode() {
    long[] words = new long[WORDS];
    words[0] = state.ordinal();
    words[1] = uuid.getMostSignificantBits();
    words[2] = uuid.getLeastSignificantBits();
    words[3] = topLayer;
    words[4] = sizeBytes;
    words[5] = origin;
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > MAX_NAME_BYTES) {
      throw new IllegalArgumentException("name of " + utf8.length + " bytes");
    }
    words[6] = utf8.length;
    for (int i = 0; i < utf8.length; i++) {
      words[NAME + i / Long.BYTES] |= (utf8[i] & 0xFFL) << (i % Long.BYTES * Byte.SIZE);
    }
    words[ERASE] = erase.layer;
    words[ERASE + 1] =
        erase.method
            | (erase.verifiedParts > 0 ? VERIFY : 0)
            | erase.pattern << PATTERN_SHIFT
            | (long) erase.passes << PASSES_SHIFT;
    words[ERASE + 2] = erase.extents;
    words[ERASE + 3] = erase.erasedBytes;
    words[ERASE + 4] = erase.verifiedBytes;
    words[ERASE + 5] = erase.startMillis;
    words[ERASE + 6] = erase.verifiedParts;
    words[ERASE + 7] = erase.seed;
    words[ERASED_KEY] = erase.key;
    words[BLOCK] = blockBytes == DEFAULT_BLOCK_BYTES ? 0 : blockBytes;
    return words;
  }

  /** Reads a slot that holds a volume. */
  public static VolumeSlot decode(long[] words) throws FormatException {
    if (words[0] <= 0 || words[0] >= State.values().length) {
      throw new FormatException("volume slot of unknown state " + words[0]);
    }
    if (words[6] < 0 || words[6] > MAX_NAME_BYTES) {
      throw new FormatException("volume slot with a name of " + words[6] + " bytes");
    }
    if (words[BLOCK] != 0 && words[BLOCK] != 4096) {
      throw new FormatException("volume slot with logical blocks of " + words[BLOCK] + " bytes");
    }
    byte[] utf8 = new byte[(int) words[6]];
    for (int i = 0; i < utf8.length; i++) {
      utf8[i] = (byte) (words[NAME + i / Long.BYTES] >>> (i % Long.BYTES * Byte.SIZE));
    }
    long[] erase = Arrays.copyOfRange(words, ERASE, ERASE + 8);
    return new VolumeSlot(
        State.values()[(int) words[0]],
        new UUID(words[1], words[2]),
        words[3],
        words[4],
        words[5],
        new String(utf8, StandardCharsets.UTF_8),
        new Erase(
            erase[0],
            (int) erase[1] & 0xFF,
            (int) (erase[1] >>> PATTERN_SHIFT) & 0xFF,
            (int) (erase[1] >>> PASSES_SHIFT) & 0xFF,
            (erase[1] & VERIFY) != 0 && erase[6] == 0 ? ALL_PARTS : (int) erase[6],
            erase[7],
            erase[2],
            erase[3],
            erase[4],
            erase[5],
            words[ERASED_KEY]),
        words[BLOCK] == 0 ? DEFAULT_BLOCK_BYTES : (int) words[BLOCK]);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A volume in the VOLUMES tree: 36 words at index {@code id * 36}.
 *
 * <pre>
 * word
 *   0  state: the ordinal of {@link State}
 *   1  UUID, high half
 *   2  UUID, low half
 *   3  top layer
 *   4  size in bytes
 *   5  volume that it was cloned or copied from, 0 for none
 *   6  bytes of the name
 *   7  16 words of name, UTF-8, zero-padded
 *  23  erase: layer that is being erased
 *  24  erase: method; bit 8 for verify, of everything unless word 29 says less; bit 9 if old bytes
 *      may lie where the file system had them; bit 10 if some was not read back; from bit 16 the byte of the first pass; from bit 24
 *      the passes before the zeroes
 *  25  erase: extents done
 *  26  erase: bytes overwritten
 *  27  erase: bytes read back
 *  28  erase: start, milliseconds since 1970
 *  29  erase: parts per million that are verified
 *  30  erase: seed of that sample
 *  31  bytes of a logical block, 0 for 512
 *  32  erase: number of the key that the volume had, 0 for none
 *  33  erase: end, milliseconds since 1970; 0 before it
 *  34  use: bit 0 if somebody could write to it since it was made or erased
 *  35  use: end of its last erase, milliseconds since 1970; 0 if it never was erased
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
    int blockBytes,
    Use use) {

  /**
   * What became of a volume since it was made.
   *
   * @param begun whether somebody could write to it since it was made or erased
   * @param erasedMillis when its last erase ended; 0 if it never was erased
   */
  public record Use(boolean begun, long erasedMillis) {

    /** Of a volume that was just made. */
    public static final Use NONE = new Use(false, 0);

    /** The same, when somebody could write to it. */
    public Use begin() {
      return new Use(true, erasedMillis);
    }

    /** Of a volume whose erase has ended. */
    public static Use erased(long millis) {
      return new Use(false, millis);
    }
  }

  /** What may be done with a volume. Ordinals are on the device and never change their meaning. */
  public enum State {
    ABSENT,
    WRITABLE,
    SEALED,
    ERASING,
    QUARANTINED,
    COPYING
  }

  /**
   * What was asked of an erase.
   *
   * @param verifiedParts parts per million that are read back
   * @param seed by which those are chosen
   */
  public record Terms(int method, int pattern, int passes, int verifiedParts, long seed) {}

  /** How much of an erase was done. */
  public record Done(long extents, long erasedBytes, long verifiedBytes) {

    private static final Done NOTHING = new Done(0, 0, 0);

    private Done plus(Done more) {
      return new Done(
          extents + more.extents,
          erasedBytes + more.erasedBytes,
          verifiedBytes + more.verifiedBytes);
    }
  }

  /**
   * How far an erase is, or of a volume that is WRITABLE again and has not been used since, what
   * was done; all zero when there is nothing to say.
   *
   * @param elsewhere whether some of what the volume wrote was not, or will not be, overwritten
   *     where it lay; of a volume that is not being erased the next erase is to say so
   * @param unread whether some of it was overwritten, and not wholly read back, by an erase on
   *     other terms that failed
   */
  public record Erase(
      long layer,
      Terms terms,
      Done done,
      long startMillis,
      long key,
      long endMillis,
      boolean elsewhere,
      boolean unread) {

    /** No erase. */
    public static final Erase NONE = begun(0, new Terms(0, 0, 0, 0, 0), 0, 0, false, false);

    /** One of which nothing is done yet. */
    public static Erase begun(
        long layer, Terms terms, long startMillis, long key, boolean elsewhere, boolean unread) {
      return new Erase(layer, terms, Done.NOTHING, startMillis, key, 0, elsewhere, unread);
    }

    /** The same, with more of it done. */
    public Erase plus(Done more) {
      return new Erase(
          layer, terms, done.plus(more), startMillis, key, endMillis, elsewhere, unread);
    }

    /** The same, where old bytes may lie on the medium still. */
    public Erase leftElsewhere() {
      return new Erase(layer, terms, done, startMillis, key, endMillis, true, unread);
    }

    /**
     * What stays of it when the volume is used or changed: that old bytes may lie elsewhere, until
     * an erase has ended, which said so.
     */
    public Erase remains() {
      return elsewhere && !hasEnded() ? NONE.leftElsewhere() : NONE;
    }

    /** The same, going on with another layer. */
    public Erase on(long newLayer) {
      return new Erase(newLayer, terms, done, startMillis, key, endMillis, elsewhere, unread);
    }

    /** The same, at its end. */
    public Erase ended(long millis) {
      return new Erase(layer, terms, done, startMillis, key, millis, elsewhere, unread);
    }

    /** Whether it has come to its end. */
    public boolean hasEnded() {
      return endMillis != 0;
    }
  }

  /** Words of a slot. */
  public static final int WORDS = 36;

  /** Word of a slot that has the terms of the erase. */
  public static final int ERASE_TERMS = 24;

  /** Bit of the terms: not all was overwritten where it lay. */
  public static final int ELSEWHERE = 0x200;

  /** The longest name in bytes. */
  public static final int MAX_NAME_BYTES = 128;

  // The index of each word in a slot.
  private static final int STATE = 0;
  private static final int UUID_HIGH = 1;
  private static final int UUID_LOW = 2;
  private static final int TOP_LAYER = 3;
  private static final int SIZE_BYTES = 4;
  private static final int ORIGIN = 5;
  private static final int NAME_BYTES = 6;
  private static final int NAME = 7;
  private static final int ERASE_LAYER = 23;
  private static final int ERASE_EXTENTS = 25;
  private static final int ERASE_BYTES = 26;
  private static final int ERASE_VERIFIED_BYTES = 27;
  private static final int ERASE_START_MILLIS = 28;
  private static final int ERASE_VERIFIED_PARTS = 29;
  private static final int ERASE_SEED = 30;
  private static final int BLOCK_BYTES = 31;
  private static final int ERASE_KEY = 32;
  private static final int ERASE_END_MILLIS = 33;
  private static final int USE = 34;
  private static final int ERASED_MILLIS = 35;

  private static final int DEFAULT_BLOCK_BYTES = 512;
  private static final int METHOD = 0xFF;
  private static final int VERIFY = 0x100;
  private static final int UNREAD = 0x400;
  private static final int PATTERN_SHIFT = 16;
  private static final int PASSES_SHIFT = 24;
  private static final int ALL_PARTS = 1_000_000;
  private static final long USED = 1;

  /** The same, in another state and with another erase. */
  public VolumeSlot erasing(State newState, Erase newErase) {
    return new VolumeSlot(
        newState, uuid, topLayer, sizeBytes, origin, name, newErase, blockBytes, use);
  }

  /** The same, of another use. */
  public VolumeSlot used(Use nowUse) {
    return new VolumeSlot(
        state, uuid, topLayer, sizeBytes, origin, name, erase, blockBytes, nowUse);
  }

  /** The words of a slot without a volume. */
  public static long[] none() {
    return new long[WORDS];
  }

  /** The bits of a word of a slot that mean something; the others are zero. */
  public static long namedBits(int word) {
    if (word == ERASE_TERMS) {
      return METHOD | VERIFY | ELSEWHERE | UNREAD | 0xFFL << PATTERN_SHIFT | 0xFFL << PASSES_SHIFT;
    }
    return word == USE ? USED : -1;
  }

  /** Index of a volume's first word. */
  public static long index(long id) {
    return Math.multiplyExact(id, WORDS);
  }

  /** All words. */
  public long[] encode() {
    long[] words = new long[WORDS];
    words[STATE] = state.ordinal();
    words[UUID_HIGH] = uuid.getMostSignificantBits();
    words[UUID_LOW] = uuid.getLeastSignificantBits();
    words[TOP_LAYER] = topLayer;
    words[SIZE_BYTES] = sizeBytes;
    words[ORIGIN] = origin;
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > MAX_NAME_BYTES) {
      throw new IllegalArgumentException("name of " + utf8.length + " bytes");
    }
    words[NAME_BYTES] = utf8.length;
    for (int i = 0; i < utf8.length; i++) {
      words[NAME + i / Long.BYTES] |= (utf8[i] & 0xFFL) << (i % Long.BYTES * Byte.SIZE);
    }
    encode(erase, words);
    words[BLOCK_BYTES] = blockBytes == DEFAULT_BLOCK_BYTES ? 0 : blockBytes;
    words[USE] = use.begun ? USED : 0;
    words[ERASED_MILLIS] = use.erasedMillis;
    return words;
  }

  private static void encode(Erase erase, long[] words) {
    words[ERASE_LAYER] = erase.layer;
    words[ERASE_TERMS] =
        erase.terms.method
            | (erase.terms.verifiedParts > 0 ? VERIFY : 0)
            | (erase.elsewhere ? ELSEWHERE : 0)
            | (erase.unread ? UNREAD : 0)
            | erase.terms.pattern << PATTERN_SHIFT
            | (long) erase.terms.passes << PASSES_SHIFT;
    words[ERASE_EXTENTS] = erase.done.extents;
    words[ERASE_BYTES] = erase.done.erasedBytes;
    words[ERASE_VERIFIED_BYTES] = erase.done.verifiedBytes;
    words[ERASE_START_MILLIS] = erase.startMillis;
    words[ERASE_VERIFIED_PARTS] = erase.terms.verifiedParts;
    words[ERASE_SEED] = erase.terms.seed;
    words[ERASE_KEY] = erase.key;
    words[ERASE_END_MILLIS] = erase.endMillis;
  }

  /** Reads a slot that holds a volume. */
  public static VolumeSlot decode(long[] words) throws FormatException {
    if (words[STATE] <= 0 || words[STATE] >= State.values().length) {
      throw new FormatException("volume slot of unknown state " + words[STATE]);
    }
    if (words[NAME_BYTES] < 0 || words[NAME_BYTES] > MAX_NAME_BYTES) {
      throw new FormatException("volume slot with a name of " + words[NAME_BYTES] + " bytes");
    }
    if (words[BLOCK_BYTES] != 0 && words[BLOCK_BYTES] != 4096) {
      throw new FormatException(
          "volume slot with logical blocks of " + words[BLOCK_BYTES] + " bytes");
    }
    byte[] utf8 = new byte[(int) words[NAME_BYTES]];
    for (int i = 0; i < utf8.length; i++) {
      utf8[i] = (byte) (words[NAME + i / Long.BYTES] >>> (i % Long.BYTES * Byte.SIZE));
    }
    return new VolumeSlot(
        State.values()[(int) words[STATE]],
        new UUID(words[UUID_HIGH], words[UUID_LOW]),
        words[TOP_LAYER],
        words[SIZE_BYTES],
        words[ORIGIN],
        new String(utf8, StandardCharsets.UTF_8),
        erase(words),
        words[BLOCK_BYTES] == 0 ? DEFAULT_BLOCK_BYTES : (int) words[BLOCK_BYTES],
        new Use((words[USE] & USED) != 0, words[ERASED_MILLIS]));
  }

  private static Erase erase(long[] words) {
    long terms = words[ERASE_TERMS];
    boolean verifiesAll = (terms & VERIFY) != 0 && words[ERASE_VERIFIED_PARTS] == 0;
    return new Erase(
        words[ERASE_LAYER],
        new Terms(
            (int) terms & METHOD,
            (int) (terms >>> PATTERN_SHIFT) & 0xFF,
            (int) (terms >>> PASSES_SHIFT) & 0xFF,
            verifiesAll ? ALL_PARTS : (int) words[ERASE_VERIFIED_PARTS],
            words[ERASE_SEED]),
        new Done(words[ERASE_EXTENTS], words[ERASE_BYTES], words[ERASE_VERIFIED_BYTES]),
        words[ERASE_START_MILLIS],
        words[ERASE_KEY],
        words[ERASE_END_MILLIS],
        (terms & ELSEWHERE) != 0,
        (terms & UNREAD) != 0);
  }
}

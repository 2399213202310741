/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/**
 * How much of what was erased is read back from the device before its space is reused.
 *
 * @param partsPerMillion of the erased extents, from none to all; of what is not none or all, which
 *     ones follows from the seed
 * @param seed of the choice
 */
public record EraseSample(int partsPerMillion, long seed) {

  private static final int WHOLE = 1_000_000;

  /** Everything. */
  public static final EraseSample ALL = new EraseSample(WHOLE, 0);

  /** Nothing. */
  public static final EraseSample NONE = new EraseSample(0, 0);

  public EraseSample {
    if (partsPerMillion < 0 || partsPerMillion > WHOLE) {
      throw new IllegalArgumentException(
          partsPerMillion + " parts per million are not between none and all");
    }
  }

  /**
   * A share of it.
   *
   * @param percent more than 0, at most 100
   */
  public static EraseSample ofPercent(double percent, long seed) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException("a sample is more than 0 % and at most 100 %");
    }
    int parts = Math.max(1, (int) Math.round(percent * WHOLE / 100));
    return parts == WHOLE ? ALL : new EraseSample(parts, seed);
  }

  /** Whether everything is read back. */
  public boolean isAll() {
    return partsPerMillion == WHOLE;
  }

  /** Whether nothing is read back. */
  public boolean isNone() {
    return partsPerMillion == 0;
  }

  /** Whether a numbered piece of the device is in the sample: the same for every run. */
  public boolean takes(long piece) {
    // The finalizer of SplittableRandom: neighbours fall far apart.
    long z = (piece + 1) * 0x9e3779b97f4a7c15L ^ seed;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return Long.remainderUnsigned(z ^ z >>> 31, WHOLE) < partsPerMillion;
  }
}

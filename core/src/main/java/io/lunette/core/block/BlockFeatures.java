/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

/**
 * What a device can do.
 *
 * @param readOnly writes end in {@link BlockException.Kind#READ_ONLY}
 * @param thin space is dealt on first write
 * @param discardZeroes a discarded range reads as zeroes
 * @param discardGranularityBytes unit in which a discard gives space back; 0 if it never does
 * @param atomicWriteBytes the longest {@link BlockDevice#writeAtomic}, at any offset; 0 if there is
 *     none, and then a logical block is all that is never torn
 * @param purges whether it can {@link BlockDevice#purge}
 * @param cryptoErases whether it can {@link BlockDevice#cryptoErase}
 */
public record BlockFeatures(
    boolean readOnly,
    boolean thin,
    boolean discardZeroes,
    int discardGranularityBytes,
    int atomicWriteBytes,
    boolean purges,
    boolean cryptoErases) {

  /** A device without a key. */
  public BlockFeatures(
      boolean readOnly,
      boolean thin,
      boolean discardZeroes,
      int discardGranularityBytes,
      int atomicWriteBytes,
      boolean purges) {
    this(readOnly, thin, discardZeroes, discardGranularityBytes, atomicWriteBytes, purges, false);
  }

  /** A device that neither writes atomically nor purges. */
  public BlockFeatures(
      boolean readOnly, boolean thin, boolean discardZeroes, int discardGranularityBytes) {
    this(readOnly, thin, discardZeroes, discardGranularityBytes, 0, false);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

/**
 * What a device can do.
 *
 * @param readOnly writes end in {@link BlockException.Kind#READ_ONLY}
 * @param thin space is dealt on first write
 * @param discardZeroes a discarded range reads as zeroes
 * @param discardGranularityBytes unit in which a discard gives space back; 0 if it never does
 */
public record BlockFeatures(
    boolean readOnly, boolean thin, boolean discardZeroes, int discardGranularityBytes) {}

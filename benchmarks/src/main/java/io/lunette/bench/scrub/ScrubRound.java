/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

/**
 * One round: the same bytes scrubbed, and zeroed by dd, in turn.
 *
 * @param directory where
 * @param bytes how many
 * @param verifiedNanos a scrub that reads everything back
 * @param unverifiedNanos a scrub that reads nothing back
 * @param ddNanos dd of zeroes, with its flush
 * @param ddReadBackNanos dd that reads as many bytes past the page cache
 * @param deepNanos zeroes past the page cache, sixteen writes under way, with their flush
 * @param hideNanos {@code blkdiscard -z} of a loop device, which leaves the bytes on the medium; -1
 *     where there are none
 * @param allNanos dd of zeroes over as much as the replica could hold; -1 if that was not asked for
 */
record ScrubRound(
    String directory,
    long bytes,
    long verifiedNanos,
    long unverifiedNanos,
    long ddNanos,
    long ddReadBackNanos,
    long deepNanos,
    long hideNanos,
    long allNanos) {

  /** Mebibytes a second. */
  double rate(long nanos) {
    return bytes / 1048576.0 / (nanos / 1e9);
  }

  /** How many times as fast as dd. */
  double ratio(long nanos) {
    return (double) ddNanos / nanos;
  }

  /** How many times as fast as the device takes zeroes at depth 16. */
  double deepRatio(long nanos) {
    return (double) deepNanos / nanos;
  }

  /** What a scrub of the written part takes of the time in which dd zeroes all of it. */
  double shareOfAll(long nanos) {
    return (double) nanos / allNanos;
  }

  /** How many times as fast as dd that writes and reads back a scrub is that verifies. */
  double verifiedRatio() {
    return (double) (ddNanos + ddReadBackNanos) / verifiedNanos;
  }
}

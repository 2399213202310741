/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

/**
 * What a device can do, found by trying it when it is opened. What is not YES is not used, but for
 * {@link #durableWrite}: {@link RawDevice#writeDurably} is durable in any case, and where it is not
 * YES overwrites go by a commit instead.
 *
 * @param kind {@code file}, {@code block device}, or {@code memory} in a test
 * @param fileSystem type of the file system that a file lies on, or of that which holds the device
 *     node
 * @param logicalSectorBytes the smallest write that the medium takes, 0 if unknown
 * @param physicalSectorBytes what the medium writes in one piece, 0 if unknown
 * @param directAlignmentBytes what offsets and lengths of direct I/O are multiples of, 0 if there
 *     is no direct I/O
 * @param allocate giving a range of a sparse file its space before it is written: {@code
 *     fallocate}; NO in memory too, where a page costs as much beforehand
 * @param punchHole giving space back so that it is certain to read as zeroes: {@code
 *     FALLOC_FL_PUNCH_HOLE}, on block devices too
 * @param zeroRange zeroes without sending them: {@code FALLOC_FL_ZERO_RANGE} for files, {@code
 *     BLKZEROOUT} for block devices; what lay there before may stay on the medium
 * @param discard {@code BLKDISCARD}, which promises nothing of what is read afterwards
 * @param durableWrite writes that are durable on return: {@code O_DSYNC}, tried by its equal of one
 *     call, {@code RWF_DSYNC}
 * @param readWithoutWaiting reads that never wait for the medium: {@code RWF_NOWAIT}
 * @param overwriteInPlace what is overwritten is gone from where it lay, as far as what the pool
 *     lies on decides that: of a block device always, of a file where its file system shows the
 *     same address afterwards
 */
public record DeviceFeatures(
    String kind,
    String fileSystem,
    int logicalSectorBytes,
    int physicalSectorBytes,
    int directAlignmentBytes,
    Support allocate,
    Support punchHole,
    Support zeroRange,
    Support discard,
    Support durableWrite,
    Support readWithoutWaiting,
    Support overwriteInPlace) {

  /** A device without any feature, as a test has it. */
  public static DeviceFeatures none(String kind) {
    return new DeviceFeatures(
        kind,
        "",
        0,
        0,
        0,
        Support.NO,
        Support.NO,
        Support.NO,
        Support.NO,
        Support.NO,
        Support.NO,
        Support.NO);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.device.MediumAccess;

/**
 * A run of bytes to copy from one place to another. Both offsets are at block boundaries; the
 * length need not be: what is missing to a whole block at the destination becomes zeroes.
 *
 * @param source where to read; null if what is copied are zeroes
 */
record Span(
    MediumAccess source,
    long sourceOffset,
    MediumAccess destination,
    long destinationOffset,
    long bytes) {

  /** Zeroes, without a source. */
  static Span zeroes(MediumAccess destination, long destinationOffset, long bytes) {
    return new Span(null, 0, destination, destinationOffset, bytes);
  }

  /** Bytes in which both sides can be addressed. */
  int unitBytes() {
    return Math.max(destination.blockBytes(), source == null ? 1 : source.blockBytes());
  }

  /** Whether something is written that is also read: it must be read before. */
  boolean overlaps() {
    return source != null
        && source.unit() == destination.unit()
        && sourceOffset < destinationOffset + bytes
        && destinationOffset < sourceOffset + bytes;
  }

  /** Whether the end has to be copied before the beginning, as nothing else is kept. */
  boolean backwards() {
    return overlaps() && destinationOffset > sourceOffset;
  }
}

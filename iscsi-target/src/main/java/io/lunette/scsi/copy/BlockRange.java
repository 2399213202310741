/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

/** A run of logical blocks; the first is unsigned until it has been checked. */
record BlockRange(long lba, long blocks) {

  boolean overlaps(BlockRange other) {
    return lba < other.lba + other.blocks && other.lba < lba + blocks;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

/** A way to have zeroes on a device where a tenant wrote. */
enum Way {
  ZERO_FILL_VERIFIED("lunette, zero-fill, all read back"),
  ZERO_FILL("lunette, zero-fill"),
  WRITE_ZEROES("lunette, write-zeroes (hides)"),
  DISCARD("lunette, discard (hides)"),
  DD("dd of zeroes, direct"),
  DD_READ_BACK("dd of zeroes, direct, and read back"),
  DEPTH_16("zeroes at depth 16"),
  BLKDISCARD("blkdiscard -z (may hide)"),
  DD_OF_ALL("dd of zeroes, direct, over all of the replica's size");

  final String label;

  Way(String label) {
    this.label = label;
  }
}

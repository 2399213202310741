/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

/**
 * Size and block sizes of a device, in bytes.
 *
 * @param sizeBytes capacity, a multiple of the logical block
 * @param logicalBlockBytes unit of addressing: 512 or 4096
 * @param physicalBlockBytes unit that the device writes without reading first
 * @param optimalIoBytes preferred alignment and multiple of large transfers
 */
public record BlockGeometry(
    long sizeBytes, int logicalBlockBytes, int physicalBlockBytes, int optimalIoBytes) {

  public BlockGeometry {
    if (logicalBlockBytes < 512 || Integer.bitCount(logicalBlockBytes) != 1) {
      throw new IllegalArgumentException("logical block of " + logicalBlockBytes + " bytes");
    }
    if (physicalBlockBytes % logicalBlockBytes != 0 || optimalIoBytes % physicalBlockBytes != 0) {
      throw new IllegalArgumentException(
          "block sizes do not nest: " + logicalBlockBytes + ", " + physicalBlockBytes);
    }
    if (sizeBytes < 0 || sizeBytes % logicalBlockBytes != 0) {
      throw new IllegalArgumentException(
          "size " + sizeBytes + " is not a multiple of " + logicalBlockBytes);
    }
  }

  /** Number of logical blocks. */
  public long logicalBlocks() {
    return sizeBytes / logicalBlockBytes;
  }

  /** Whether the range lies inside the device and is made of whole logical blocks. */
  public boolean contains(long offsetBytes, long lengthBytes) {
    return offsetBytes >= 0
        && lengthBytes >= 0
        && offsetBytes <= sizeBytes - lengthBytes
        && ((offsetBytes | lengthBytes) & (logicalBlockBytes - 1)) == 0;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

/** What units tell of as their physical block: one logical block, or what the engine writes. */
public enum PhysicalBlock {
  /** What the engine writes without reading first. */
  BYTES_4096(4096),
  /** Every logical block is one. */
  BYTES_512(512);

  /** What holds if nothing is said. docs/adr/0003-physical-block.md says why. */
  public static final PhysicalBlock DEFAULT = BYTES_512;

  private final int bytes;

  PhysicalBlock(int bytes) {
    this.bytes = bytes;
  }

  /** Reads {@code 512} or {@code 4096}. */
  public static PhysicalBlock parse(String text) {
    for (PhysicalBlock each : values()) {
      if (each.toString().equals(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "a physical block of '" + text + "' bytes is neither 512 nor 4096");
  }

  public int bytes() {
    return bytes;
  }

  /** Whether units tell of the engine's block. */
  public boolean isOfTheEngine() {
    return this == BYTES_4096;
  }

  @Override
  public String toString() {
    return Integer.toString(bytes);
  }
}

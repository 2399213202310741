/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/** How what was written is removed from the backing device. */
public enum EraseMethod {
  /** Zeroes written over every block that was written. */
  ZERO_FILL,
  /** A pattern written in passes, then zeroes. */
  OVERWRITE,
  /** The device's own write-zeroes: may only hide the bytes. */
  WRITE_ZEROES_OFFLOAD,
  /** The device's discard, only where it guarantees zeroes: hides the bytes. */
  DISCARD
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/** What may be done with a volume. */
public enum VolumeState {
  /** Read and written. */
  WRITABLE,
  /** Immutable for ever: an image or a snapshot; may be cloned. */
  SEALED,
  /** An independent clone that is not whole yet; it opens when the copy has ended. */
  COPYING,
  /** Its content is being erased; it opens again when that has succeeded. */
  ERASING,
  /** An erase failed and was not made good: never opens (DESIGN I2b). */
  QUARANTINED
}

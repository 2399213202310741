/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/** What may be said of bytes that were erased. */
public enum EraseClaim {
  /** They were overwritten: the device that was written to gives them to nobody. */
  REMOVED,
  /** They cannot be read through the device any more, but may still lie on the medium. */
  HIDDEN,
  /** They may still lie on the medium, enciphered by a key that is destroyed. */
  KEY_DESTROYED
}

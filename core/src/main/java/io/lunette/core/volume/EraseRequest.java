/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/**
 * How a volume is to be erased.
 *
 * @param method what is done to the blocks
 * @param verify whether every erased block is read back from the device before its space is reused
 */
public record EraseRequest(EraseMethod method, boolean verify) {

  /** Zero-fill with read-back of everything: the default policy. */
  public static EraseRequest zeroFillVerified() {
    return new EraseRequest(EraseMethod.ZERO_FILL, true);
  }
}

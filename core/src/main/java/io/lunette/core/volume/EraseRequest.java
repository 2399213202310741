/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.Locale;

/**
 * How a volume is to be erased.
 *
 * @param method what is done to the blocks
 * @param passes what an OVERWRITE writes before the zeroes; none for other methods
 * @param sample what is read back from the device before the space is reused
 */
public record EraseRequest(EraseMethod method, ErasePasses passes, EraseSample sample) {

  public EraseRequest {
    if (method == EraseMethod.OVERWRITE && passes.count() == 0) {
      throw new IllegalArgumentException("an overwrite needs a pass before the zeroes");
    }
    if (method != EraseMethod.OVERWRITE && passes.count() != 0) {
      throw new IllegalArgumentException(method.label() + " knows no passes of a pattern");
    }
  }

  /**
   * The method with its usual passes.
   *
   * @param verify whether every erased block is read back, or none
   */
  public EraseRequest(EraseMethod method, boolean verify) {
    this(
        method,
        method == EraseMethod.OVERWRITE ? ErasePasses.ONES : ErasePasses.NONE,
        verify ? EraseSample.ALL : EraseSample.NONE);
  }

  /** Zero-fill with read-back of everything: the default policy. */
  public static EraseRequest zeroFillVerified() {
    return new EraseRequest(EraseMethod.ZERO_FILL, true);
  }

  /** The same, with nothing read back. */
  public EraseRequest withoutReadBack() {
    return new EraseRequest(method, passes, EraseSample.NONE);
  }

  /** For people, for instance {@code overwrite, 3 passes from ff}. */
  public String describe() {
    String label = method.label();
    if (passes.count() == 0) {
      return label;
    }
    String times = passes.count() == 1 ? " pass of " : " passes from ";
    return label
        + ", "
        + passes.count()
        + times
        + String.format(Locale.ROOT, "%02x", passes.pattern());
  }

  /** Whether every erased block is to be read back. */
  public boolean verify() {
    return sample.isAll();
  }
}

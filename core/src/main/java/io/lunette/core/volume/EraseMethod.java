/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.Arrays;
import java.util.stream.Collectors;

/** How what was written is removed from the backing device. */
public enum EraseMethod {
  /** Zeroes written over every block that was written. */
  ZERO_FILL("zero-fill", EraseClaim.REMOVED),
  /** A pattern written in passes, then zeroes. */
  OVERWRITE("overwrite", EraseClaim.REMOVED),
  /**
   * The device's own write-zeroes. File systems and devices may only note that the range is zero
   * (facts of ext4 and XFS: unwritten extents).
   */
  WRITE_ZEROES_OFFLOAD("write-zeroes", EraseClaim.HIDDEN),
  /** The device takes the space back, only where it guarantees zeroes afterwards. */
  DISCARD("discard", EraseClaim.HIDDEN),
  /**
   * The volume's key is destroyed, then zeroes are written over every block that was written; only
   * for volumes with a key. Without verification the erase has ended when the key is gone, and the
   * zeroes follow when there is time.
   */
  CRYPTO("crypto", EraseClaim.KEY_DESTROYED);

  private final String label;
  private final EraseClaim claim;

  EraseMethod(String label, EraseClaim claim) {
    this.label = label;
    this.claim = claim;
  }

  /** What people call it, for instance {@code zero-fill}. */
  public String label() {
    return label;
  }

  /** The most that may be said of what it erased. */
  public EraseClaim claim() {
    return claim;
  }

  /**
   * The method that is called so, by label or constant.
   *
   * @throws IllegalArgumentException if there is none, with the names that there are
   */
  public static EraseMethod parse(String text) {
    for (EraseMethod method : values()) {
      if (method.label.equals(text) || method.name().equals(text)) {
        return method;
      }
    }
    throw new IllegalArgumentException(
        "no erase method '"
            + text
            + "': there are "
            + Arrays.stream(values()).map(EraseMethod::label).collect(Collectors.joining(", ")));
  }
}

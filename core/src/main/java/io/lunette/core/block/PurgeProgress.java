/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

/** Who is told how far a {@link BlockDevice#purge} is. */
@FunctionalInterface
public interface PurgeProgress {

  /**
   * So much is gone of what is known to have been given up. Told on threads of the device, one call
   * at a time and none after the completion; must not block or throw.
   *
   * @param doneBytes never less than before
   * @param totalBytes at least {@code doneBytes}; may grow
   */
  void purged(long doneBytes, long totalBytes);
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;

/** One array, driven: it keeps volumes and masks them. Every failure names the array. */
public interface ArrayDriver extends VolumeDriver, LunMasking {

  /** What the array says of itself now. */
  ArrayDescription describe() throws VolumeException;

  /**
   * Lets go of what is under way at the array: calls that wait for it fail soon, and it goes on
   * there, to be taken up when the array is connected the next time. Comes before {@link #close},
   * while others may still call.
   */
  void leave();
}

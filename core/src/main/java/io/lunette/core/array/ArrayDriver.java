/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;

/** One array, driven: it keeps volumes and masks them. Every failure names the array. */
public interface ArrayDriver extends VolumeDriver, LunMasking {

  /** What the array says of itself now. */
  ArrayDescription describe() throws VolumeException;
}

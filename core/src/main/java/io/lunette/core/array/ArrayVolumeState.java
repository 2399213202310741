/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.volume.VolumeState;
import java.util.Optional;

/** Where a volume on an array is in its life; what the array itself cannot know. */
public enum ArrayVolumeState {
  /** It is to be made there; nothing was asked of the array yet. */
  PLANNED(null),
  /** The array was asked to make it, and whether it has is not noted yet. */
  CREATING(null),
  /** An independent clone that is not whole yet. */
  COPYING(VolumeState.COPYING),
  WRITABLE(VolumeState.WRITABLE),
  SEALED(VolumeState.SEALED),
  /** Its content is being overwritten. */
  ERASING(VolumeState.ERASING),
  /** It was overwritten, and is being made anew from its origin. */
  REPLACING(VolumeState.ERASING),
  QUARANTINED(VolumeState.QUARANTINED),
  /** It has no name any more; its space is still to be returned to the array's pool. */
  DELETING(null);

  private final VolumeState seen;

  ArrayVolumeState(VolumeState seen) {
    this.seen = seen;
  }

  /** What users of the volume port see; nothing if they see no volume. */
  public Optional<VolumeState> seen() {
    return Optional.ofNullable(seen);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import io.lunette.core.volume.VolumeInfo;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What the catalog knows of the volume that a replica stands for. Another may have its name later,
 * and another's bytes.
 *
 * @param id its driver's lasting identity of it
 * @param erased when it was last erased by the last record of a scrub of it, or when the catalog
 *     looked, if there is none since; records of before that was kept are not in it
 */
public record ReplicaVolume(UUID id, Optional<Instant> erased) {

  /** As its driver has it now. */
  public static ReplicaVolume of(VolumeInfo volume) {
    return new ReplicaVolume(volume.uuid(), volume.erased());
  }
}

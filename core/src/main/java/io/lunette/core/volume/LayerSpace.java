/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.List;
import java.util.Optional;

/**
 * Space that one layer holds, and the volumes for which it is kept.
 *
 * @param layer the driver's number of it
 * @param bytes of data in it
 * @param top the volume that writes to it or was sealed with it; empty once that was deleted
 * @param volumeCount volumes that stand on it, that one included
 * @param volumes names of them, not all where they are many
 */
public record LayerSpace(
    long layer, long bytes, Optional<VolumeName> top, long volumeCount, List<VolumeName> volumes) {

  public LayerSpace {
    volumes = List.copyOf(volumes);
  }
}

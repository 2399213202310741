/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.Optional;
import java.util.UUID;

/**
 * What a driver knows of a volume; a snapshot in time.
 *
 * @param name the caller's name
 * @param uuid the driver's lasting identity: the same as long as the volume exists, never reused
 * @param sizeBytes what an initiator sees
 * @param blockBytes of a logical block, as initiators address it
 * @param allocatedBytes space that this volume alone holds
 * @param origin the volume that it is a dependent clone or snapshot of
 * @param state what may be done with it
 * @param encrypted whether what is written to it is enciphered by a key of its own
 */
public record VolumeInfo(
    VolumeName name,
    UUID uuid,
    long sizeBytes,
    int blockBytes,
    long allocatedBytes,
    Optional<VolumeName> origin,
    VolumeState state,
    boolean encrypted) {

  /** Of a volume for which nothing else was asked. */
  public static final int DEFAULT_BLOCK_BYTES = 512;

  /** A volume without a key. */
  public VolumeInfo(
      VolumeName name,
      UUID uuid,
      long sizeBytes,
      int blockBytes,
      long allocatedBytes,
      Optional<VolumeName> origin,
      VolumeState state) {
    this(name, uuid, sizeBytes, blockBytes, allocatedBytes, origin, state, false);
  }
}

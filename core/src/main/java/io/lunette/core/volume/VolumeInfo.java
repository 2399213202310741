/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What a driver knows of a volume; a snapshot in time.
 *
 * @param name the caller's name
 * @param uuid the driver's lasting identity: the same as long as the volume exists, never reused
 * @param sizeBytes what an initiator sees
 * @param blockBytes of a logical block, as initiators address it
 * @param allocated bytes that count at this volume and at no other: what it wrote, though clones
 *     may read it, so that deleting it need not free them; empty while its array does not say
 * @param origin the volume that it is a dependent clone or snapshot of
 * @param state what may be done with it
 * @param encrypted whether what is written to it is enciphered by a key of its own
 * @param used whether its driver knows that it was opened for writing since it was made or last
 *     erased, whatever its caller remembers; never if the driver keeps no such mark, as of an array
 * @param erased when its last erase ended, as its report says; empty if it never was erased, or if
 *     the driver does not keep that, as of an array. A driver of volumes that are {@linkplain
 *     VolumePlace#LOCAL local} keeps it durably: one that is not there is taken for that of an old
 *     pool
 */
public record VolumeInfo(
    VolumeName name,
    UUID uuid,
    long sizeBytes,
    int blockBytes,
    OptionalLong allocated,
    Optional<VolumeName> origin,
    VolumeState state,
    boolean encrypted,
    boolean used,
    Optional<Instant> erased) {

  /** Of a volume for which nothing else was asked. */
  public static final int DEFAULT_BLOCK_BYTES = 512;

  /** A volume without a key, of which it is known what it holds. */
  public VolumeInfo(
      VolumeName name,
      UUID uuid,
      long sizeBytes,
      int blockBytes,
      long allocatedBytes,
      Optional<VolumeName> origin,
      VolumeState state) {
    this(
        name,
        uuid,
        sizeBytes,
        blockBytes,
        OptionalLong.of(allocatedBytes),
        origin,
        state,
        false,
        false,
        Optional.empty());
  }

  /** What it holds, for those who add up what is known. */
  public long allocatedBytes() {
    return allocated.orElse(0);
  }
}

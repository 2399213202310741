/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What the catalog remembers of one volume on an array.
 *
 * @param id its lasting identity, which an erase does not change
 * @param array where it is
 * @param name what users call it; none once it was deleted
 * @param called what they call it or called it
 * @param kind how it came to be
 * @param originId the volume that it is a clone or snapshot of
 * @param originName how that was called
 * @param sizeBytes what was asked for; an array may round up
 * @param blockBytes of a logical block
 * @param state where it is in its life
 * @param device the array's DeviceID, once it is known
 * @param written whether something but its origin or zeroes may be in it
 * @param job object path of the array's job that is under way
 * @param report of an erase that is being ended
 */
public record ArrayVolume(
    UUID id,
    ArrayName array,
    Optional<VolumeName> name,
    VolumeName called,
    ArrayVolumeKind kind,
    Optional<UUID> originId,
    Optional<VolumeName> originName,
    long sizeBytes,
    int blockBytes,
    ArrayVolumeState state,
    Optional<String> device,
    boolean written,
    Optional<String> job,
    Optional<String> report) {

  private static final int TOKEN_DIGITS = 12;

  /** A volume that is to be made, of which nothing is on the array yet. */
  public static ArrayVolume planned(UUID id, ArrayName array, VolumeName name) {
    return new ArrayVolume(
        id,
        array,
        Optional.of(name),
        name,
        ArrayVolumeKind.PLAIN,
        Optional.empty(),
        Optional.empty(),
        0,
        VolumeInfo.DEFAULT_BLOCK_BYTES,
        ArrayVolumeState.PLANNED,
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty());
  }

  /** The same with a size and a state. */
  public ArrayVolume of(long size, int block, ArrayVolumeState next) {
    return new ArrayVolume(
        id,
        array,
        name,
        called,
        kind,
        originId,
        originName,
        size,
        block,
        next,
        device,
        written,
        job,
        report);
  }

  /** The same as a clone, copy or snapshot of another. */
  public ArrayVolume from(ArrayVolume origin, ArrayVolumeKind how, ArrayVolumeState next) {
    boolean depends = how != ArrayVolumeKind.COPY;
    return new ArrayVolume(
        id,
        array,
        name,
        called,
        how,
        Optional.of(origin.id()),
        depends ? Optional.of(origin.called()) : Optional.empty(),
        origin.sizeBytes(),
        origin.blockBytes(),
        next,
        device,
        written,
        job,
        report);
  }

  /** What may yet come of it, to be returned: it has no name, and nothing of it is known to be. */
  public ArrayVolume abandoned() {
    return new ArrayVolume(
        id,
        array,
        Optional.empty(),
        called,
        kind,
        originId,
        originName,
        sizeBytes,
        blockBytes,
        ArrayVolumeState.DELETING,
        Optional.empty(),
        false,
        job,
        Optional.empty());
  }

  /**
   * Begins the ElementName of this volume at the array. Letters and digits, so that an array which
   * truncates, changes case or replaces characters leaves it recognisable. Unique to the volume; an
   * erased clone is made anew under it once the former is gone, and under another where the array
   * may be making one already.
   */
  public String token() {
    String digits = id.toString().replace("-", "");
    return "lnt" + digits.substring(0, TOKEN_DIGITS);
  }

  /** What users of the volume port see of it, if they see it. */
  public Optional<VolumeInfo> info(long allocatedBytes) {
    return info(OptionalLong.of(allocatedBytes));
  }

  /** The same while its array does not answer: what it holds is not known. */
  Optional<VolumeInfo> lastKnown() {
    return info(OptionalLong.empty());
  }

  private Optional<VolumeInfo> info(OptionalLong allocated) {
    if (name.isEmpty() || state.seen().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new VolumeInfo(
            name.get(),
            id,
            sizeBytes,
            blockBytes,
            allocated,
            originName,
            state.seen().get(),
            false,
            false,
            Optional.empty()));
  }
}

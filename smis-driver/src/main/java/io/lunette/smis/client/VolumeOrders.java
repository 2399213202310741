/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeKind;
import io.lunette.core.array.ArrayVolumeState;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Volumes that are to be there: made, found again after a crash, or refused because the name is
 * taken by another. Thread-safe; the caller holds the lock of the name.
 */
final class VolumeOrders {

  private final ArrayServices array;
  private final VolumeBooks books;
  private final VolumeMaker maker;
  private final OwnPaths paths;
  private final VolumeReturner returner;

  VolumeOrders(
      ArrayServices array,
      VolumeBooks books,
      VolumeMaker maker,
      OwnPaths paths,
      VolumeReturner returner) {
    this.array = array;
    this.books = books;
    this.maker = maker;
    this.paths = paths;
    this.returner = returner;
  }

  /**
   * Has a volume at hand that is as described, making it if there is none of that name.
   *
   * @param describe makes of a new record what is wanted, in the state CREATING
   * @param next the state of the volume when it is made
   */
  ArrayVolume ensure(
      VolumeName name,
      Function<ArrayVolume, ArrayVolume> describe,
      Optional<ArrayVolume> origin,
      ArrayVolumeState next,
      JobWatch watch)
      throws VolumeException {
    ArrayVolume wanted =
        describe.apply(ArrayVolume.planned(UUID.randomUUID(), books.array(), name));
    Optional<ArrayVolume> there = books.find(name);
    if (there.isPresent() && there.get().state() != ArrayVolumeState.PLANNED) {
      requireSame(there.get(), wanted);
      if (there.get().state() != ArrayVolumeState.CREATING) {
        return there.get();
      }
      if (resume(there.get(), next, watch)) {
        return books.get(name);
      }
      there = Optional.empty();
    }
    ArrayVolume begun = there.isPresent() ? describe.apply(there.get()) : wanted;
    books.insert(begun);
    try {
      StorageVolume made = maker.make(begun, origin, watch);
      complete(begun, made, next);
      returner.catchUp();
    } catch (VolumeException e) {
      returner.request();
      throw e;
    }
    return books.get(name);
  }

  /** Whether a volume that the books call CREATING is at the array, and has been completed. */
  boolean resume(ArrayVolume volume, ArrayVolumeState next, JobWatch watch) throws VolumeException {
    try {
      Optional<StorageVolume> found = maker.resume(volume, watch);
      if (found.isPresent()) {
        complete(volume, found.get(), next);
      }
      return found.isPresent();
    } finally {
      returner.request();
    }
  }

  /** Writes down a copy that is about to begin, in the place of what was planned. */
  void plan(ArrayVolume copy, Optional<ArrayVolume> planned) throws VolumeException {
    if (planned.isPresent()) {
      books.delete(planned.get());
    }
    books.insert(copy);
  }

  /** Makes an independent clone that the books call COPYING, or goes on with it. */
  void copy(ArrayVolume volume, Optional<ArrayVolume> origin, boolean fresh, JobWatch watch)
      throws VolumeException {
    try {
      if (fresh) {
        StorageVolume unused = maker.make(volume, origin, watch);
      } else if (maker.resume(volume, watch).isEmpty()) {
        throw new VolumeException(
            VolumeException.Kind.IO,
            "array '"
                + array.name()
                + "': the copy '"
                + volume.called()
                + "' was not begun there; ask for it again");
      }
      books.move(volume, ArrayVolumeState.COPYING, ArrayVolumeState.WRITABLE);
    } finally {
      returner.request();
    }
  }

  /** What a fully provisioned volume held before is overwritten before anybody can read it. */
  private void complete(ArrayVolume volume, StorageVolume made, ArrayVolumeState next)
      throws VolumeException {
    if (volume.kind() == ArrayVolumeKind.PLAIN && !made.thin()) {
      zero(books.get(volume.id()), 0);
    }
    books.move(volume, ArrayVolumeState.CREATING, next);
  }

  /** Makes a volume read as zeroes from an offset on. */
  void zero(ArrayVolume volume, long from) throws VolumeException {
    try (BlockDevice device = paths.open(volume, AccessMode.READ_WRITE)) {
      DeviceWipe.ensureZero(device, from, volume.sizeBytes());
    } catch (BlockException e) {
      throw new VolumeException(
          VolumeException.Kind.IO,
          "array '"
              + array.name()
              + "': volume '"
              + volume.called()
              + "' cannot be zeroed: "
              + e.getMessage(),
          e);
    }
  }

  private void requireSame(ArrayVolume there, ArrayVolume wanted) throws VolumeException {
    boolean same =
        there.kind() == wanted.kind()
            && there.blockBytes() == wanted.blockBytes()
            && (wanted.kind() == ArrayVolumeKind.PLAIN
                ? there.sizeBytes() == wanted.sizeBytes()
                : there.originId().equals(wanted.originId()));
    if (!same) {
      throw new VolumeException(
          VolumeException.Kind.CONFLICT,
          "array '"
              + array.name()
              + "': the name '"
              + wanted.called()
              + "' is taken by a volume of another size, block or origin");
    }
  }
}

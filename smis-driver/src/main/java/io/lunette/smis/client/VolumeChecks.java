/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeState;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;

/** What has to be so before something is done to a volume; refusals name the array. Thread-safe. */
final class VolumeChecks {

  private final ArrayServices array;
  private final VolumeBooks books;
  private final OwnPaths paths;

  VolumeChecks(ArrayServices array, VolumeBooks books, OwnPaths paths) {
    this.array = array;
    this.books = books;
    this.paths = paths;
  }

  /** A refusal about a volume. */
  VolumeException refused(VolumeException.Kind kind, VolumeName volume, String why) {
    return new VolumeException(
        kind, "array '" + array.name() + "': volume '" + volume + "' " + why);
  }

  void requireState(ArrayVolume volume, ArrayVolumeState wanted) throws VolumeException {
    if (volume.state() != wanted) {
      throw refused(VolumeException.Kind.BUSY, volume.called(), "is " + volume.state());
    }
  }

  /** We ourselves have no way to its data open. */
  void requireClosed(ArrayVolume volume) throws VolumeException {
    if (paths.isOpen(volume)) {
      throw refused(VolumeException.Kind.BUSY, volume.called(), "is open");
    }
  }

  /** The array can do it at all. */
  void requireOffered(boolean offered, String what) throws VolumeException {
    if (!offered) {
      throw new VolumeException(
          VolumeException.Kind.UNSUPPORTED, "array '" + array.name() + "' offers no " + what);
    }
  }

  /** A volume that can be cloned. */
  ArrayVolume sealed(VolumeName source) throws VolumeException {
    ArrayVolume origin = books.get(source);
    if (origin.state() != ArrayVolumeState.SEALED) {
      throw refused(VolumeException.Kind.BUSY, source, "is not sealed");
    }
    return origin;
  }
}

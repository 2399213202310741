/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeState;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Who reads and writes a volume: we ourselves, or an initiator that it is shown to. That it may be
 * written to is noted before it can be. Thread-safe; the caller holds the lock of the name.
 */
final class VolumeAccess {

  private final ArrayServices array;
  private final VolumeBooks books;
  private final VolumeLists lists;
  private final VolumeMasking masking;
  private final OwnPaths paths;
  private final VolumeChecks checks;

  VolumeAccess(
      ArrayServices array,
      VolumeBooks books,
      VolumeLists lists,
      VolumeMasking masking,
      OwnPaths paths,
      VolumeChecks checks) {
    this.array = array;
    this.books = books;
    this.lists = lists;
    this.masking = masking;
    this.paths = paths;
    this.checks = checks;
  }

  BlockDevice open(VolumeName name, AccessMode mode) throws VolumeException {
    ArrayVolume volume = books.get(name);
    return paths.open(volume, noted(volume, mode));
  }

  LunMapping map(VolumeName name, InitiatorName initiator, AccessMode mode, OptionalInt lun)
      throws VolumeException {
    ArrayVolume volume = books.get(name);
    AccessMode allowed = noted(volume, mode);
    try {
      StorageVolume there = array.blocks().get(lists.path(volume));
      return masking.show(name, there, initiator, allowed, lun);
    } catch (CimFault e) {
      throw array.failed("cannot map", name, e);
    }
  }

  /** How a volume may be used by somebody who wants to use it so. */
  private AccessMode noted(ArrayVolume volume, AccessMode mode) throws VolumeException {
    if (volume.state() == ArrayVolumeState.SEALED) {
      return AccessMode.READ_ONLY;
    }
    checks.requireState(volume, ArrayVolumeState.WRITABLE);
    if (mode == AccessMode.READ_WRITE) {
      books.setWritten(volume);
    }
    return mode;
  }

  void unmap(VolumeName name, InitiatorName initiator) throws VolumeException {
    Optional<ArrayVolume> volume = books.find(name);
    if (volume.isEmpty() || volume.get().device().isEmpty()) {
      return;
    }
    try {
      masking.hide(array.blocks().get(lists.path(volume.get())), initiator);
    } catch (CimFault e) {
      if (!e.isStatus(CimFault.NOT_FOUND)) {
        throw array.failed("cannot unmap", name, e);
      }
    }
  }
}

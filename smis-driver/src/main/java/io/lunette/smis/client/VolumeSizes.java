/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeState;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;

/**
 * Grows and shrinks volumes; what is new of one reads as zeroes. Thread-safe; the caller holds the
 * lock of the name.
 */
final class VolumeSizes {

  /** Sizes are multiples of this, whatever the array would take. */
  static final int STEP = 4096;

  private final ArrayServices array;
  private final VolumeBooks books;
  private final VolumeLists lists;
  private final VolumeOrders orders;
  private final VolumeChecks checks;

  VolumeSizes(
      ArrayServices array,
      VolumeBooks books,
      VolumeLists lists,
      VolumeOrders orders,
      VolumeChecks checks) {
    this.array = array;
    this.books = books;
    this.lists = lists;
    this.orders = orders;
    this.checks = checks;
  }

  VolumeInfo resize(VolumeName name, long sizeBytes) throws VolumeException {
    if (sizeBytes <= 0 || sizeBytes % STEP != 0) {
      throw new VolumeException(VolumeException.Kind.INVALID, "a size of " + sizeBytes);
    }
    ArrayVolume volume = books.get(name);
    checks.requireState(volume, ArrayVolumeState.WRITABLE);
    if (volume.sizeBytes() == sizeBytes) {
      return lists.made(volume);
    }
    boolean smaller = sizeBytes < volume.sizeBytes();
    checks.requireOffered(
        smaller ? array.blocks().shrinks() : array.blocks().expands(),
        smaller ? "reduction of volumes" : "expansion of volumes");
    checks.requireClosed(volume);
    resize(volume, sizeBytes);
    return lists.made(books.get(name));
  }

  private void resize(ArrayVolume volume, long sizeBytes) throws VolumeException {
    try {
      StorageVolume there = array.blocks().get(lists.path(volume));
      if (there.sizeBytes() < sizeBytes || sizeBytes < volume.sizeBytes()) {
        array.blocks().resize(there, sizeBytes, JobWatch.NONE);
        there = array.blocks().get(there.path());
      }
      if (there.sizeBytes() < sizeBytes) {
        throw checks.refused(
            VolumeException.Kind.IO,
            volume.called(),
            "has " + there.sizeBytes() + " bytes after it was resized to " + sizeBytes);
      }
      if (sizeBytes > volume.sizeBytes()) {
        orders.zero(volume.of(sizeBytes, volume.blockBytes(), volume.state()), volume.sizeBytes());
      }
      books.setSize(volume, sizeBytes);
    } catch (CimFault e) {
      throw array.failed("cannot resize", volume.called(), e);
    }
  }
}

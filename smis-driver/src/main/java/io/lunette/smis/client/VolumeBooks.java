/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.DomainException;
import io.lunette.core.array.ArrayName;
import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeLedger;
import io.lunette.core.array.ArrayVolumeState;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the catalog remembers of the volumes on one array. Thread-safe. */
final class VolumeBooks {

  private final Catalog catalog;
  private final ArrayName array;
  private final ArrayVolumeLedger ledger = new ArrayVolumeLedger();

  VolumeBooks(Catalog catalog, ArrayName array) {
    this.catalog = catalog;
    this.array = array;
  }

  /** A change of the books. */
  private interface Entry {
    void write(io.lunette.core.catalog.Transaction transaction) throws DomainException;
  }

  ArrayName array() {
    return array;
  }

  Optional<ArrayVolume> find(VolumeName name) throws VolumeException {
    return read(transaction -> ledger.find(transaction, name))
        .filter(each -> each.array().equals(array));
  }

  /** A volume that users see under that name. */
  ArrayVolume get(VolumeName name) throws VolumeException {
    return find(name)
        .filter(each -> each.state().seen().isPresent())
        .orElseThrow(
            () ->
                new VolumeException(
                    VolumeException.Kind.NOT_FOUND,
                    "array '" + array + "': no volume '" + name + "'"));
  }

  Optional<ArrayVolume> find(UUID id) throws VolumeException {
    return read(transaction -> ledger.find(transaction, id));
  }

  ArrayVolume get(UUID id) throws VolumeException {
    return find(id)
        .orElseThrow(
            () ->
                new VolumeException(
                    VolumeException.Kind.NOT_FOUND,
                    "array '" + array + "': volume " + id + " is gone"));
  }

  List<ArrayVolume> all() throws VolumeException {
    return read(transaction -> ledger.all(transaction, array));
  }

  boolean isOrigin(UUID id) throws VolumeException {
    return read(transaction -> ledger.isOrigin(transaction, id));
  }

  void insert(ArrayVolume volume) throws VolumeException {
    change(transaction -> ledger.replace(transaction, volume));
  }

  /**
   * Moves a volume on.
   *
   * @throws VolumeException BUSY if somebody else moved it meanwhile
   */
  void move(ArrayVolume volume, ArrayVolumeState expected, ArrayVolumeState next)
      throws VolumeException {
    boolean moved = changed(transaction -> ledger.move(transaction, volume.id(), expected, next));
    if (!moved) {
      throw new VolumeException(
          VolumeException.Kind.BUSY,
          "array '" + array + "': volume '" + volume.called() + "' is " + expected + " no more");
    }
  }

  /** Ends an erase: what it did is noted with the step that follows. */
  void wiped(ArrayVolume volume, String report) throws VolumeException {
    change(
        transaction -> {
          ledger.setReport(transaction, volume.id(), Optional.of(report));
          ledger.setWritten(transaction, volume.id(), false);
          ledger.move(
              transaction, volume.id(), ArrayVolumeState.ERASING, ArrayVolumeState.REPLACING);
        });
  }

  /** A volume is writable and holds nothing but its origin or zeroes. */
  void renewed(ArrayVolume volume, ArrayVolumeState from) throws VolumeException {
    change(
        transaction -> {
          ledger.setReport(transaction, volume.id(), Optional.empty());
          ledger.setWritten(transaction, volume.id(), false);
          ledger.move(transaction, volume.id(), from, ArrayVolumeState.WRITABLE);
        });
  }

  /** Gives a volume another identity: the array may be making one under that it has. */
  ArrayVolume renew(ArrayVolume volume, UUID id) throws VolumeException {
    change(transaction -> ledger.renew(transaction, volume, id));
    return get(id);
  }

  void setDevice(ArrayVolume volume, Optional<String> device) throws VolumeException {
    change(transaction -> ledger.setDevice(transaction, volume.id(), device));
  }

  void setJob(ArrayVolume volume, Optional<String> job) throws VolumeException {
    change(transaction -> ledger.setJob(transaction, volume.id(), job));
  }

  void setSize(ArrayVolume volume, long sizeBytes) throws VolumeException {
    change(transaction -> ledger.setSize(transaction, volume.id(), sizeBytes));
  }

  /** Durably notes, before it can happen, that a volume may hold somebody's data. */
  void setWritten(ArrayVolume volume) throws VolumeException {
    if (!volume.written()) {
      change(transaction -> ledger.setWritten(transaction, volume.id(), true));
    }
  }

  void release(ArrayVolume volume) throws VolumeException {
    change(transaction -> ledger.release(transaction, volume.id()));
  }

  void delete(ArrayVolume volume) throws VolumeException {
    change(transaction -> ledger.delete(transaction, volume.id()));
  }

  private <T> T read(Catalog.Work<T> work) throws VolumeException {
    try {
      return catalog.read(work);
    } catch (DomainException e) {
      throw failed(e);
    }
  }

  private <T> T changed(Catalog.Work<T> work) throws VolumeException {
    try {
      return catalog.change(work);
    } catch (DomainException e) {
      throw failed(e);
    }
  }

  private void change(Entry entry) throws VolumeException {
    Object unused =
        changed(
            transaction -> {
              entry.write(transaction);
              return Boolean.TRUE;
            });
  }

  private static VolumeException failed(DomainException e) {
    return new VolumeException(VolumeException.Kind.IO, e.getMessage(), e);
  }
}

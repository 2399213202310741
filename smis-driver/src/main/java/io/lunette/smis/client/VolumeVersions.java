/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeKind;
import io.lunette.core.array.ArrayVolumeState;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What comes of what: sealing, clones, snapshots, and the way back to one. Thread-safe. */
final class VolumeVersions {

  private final ArrayServices array;
  private final VolumeBooks books;
  private final VolumeLists lists;
  private final VolumeOrders orders;
  private final OwnPaths paths;
  private final VolumeChecks checks;
  private final NameLocks locks;
  private final InitiatorName self;

  VolumeVersions(
      ArrayServices array,
      VolumeBooks books,
      VolumeLists lists,
      VolumeOrders orders,
      OwnPaths paths,
      VolumeChecks checks,
      NameLocks locks,
      InitiatorName self) {
    this.array = array;
    this.books = books;
    this.lists = lists;
    this.orders = orders;
    this.paths = paths;
    this.checks = checks;
    this.locks = locks;
    this.self = self;
  }

  VolumeInfo seal(VolumeName name) throws VolumeException {
    return locks.under(
        name,
        () -> {
          ArrayVolume volume = books.get(name);
          if (volume.state() == ArrayVolumeState.SEALED) {
            return lists.made(volume);
          }
          checks.requireState(volume, ArrayVolumeState.WRITABLE);
          requireNotWritten(name);
          paths.seal(volume);
          books.move(volume, ArrayVolumeState.WRITABLE, ArrayVolumeState.SEALED);
          return lists.made(books.get(name));
        });
  }

  /** No server may go on writing to what is to be immutable. */
  private void requireNotWritten(VolumeName name) throws VolumeException {
    for (LunMapping mapping : lists.mappings(self)) {
      if (mapping.volume().equals(name) && mapping.mode() == AccessMode.READ_WRITE) {
        throw checks.refused(
            VolumeException.Kind.BUSY,
            name,
            "is mapped to " + mapping.initiator() + "; unmap it first");
      }
    }
  }

  List<VolumeInfo> clone(VolumeName source, List<VolumeName> names) throws VolumeException {
    ArrayVolume origin = checks.sealed(source);
    checks.requireOffered(array.copies().clones() || array.copies().snapshots(), "clones");
    for (VolumeName name : names) {
      requireFree(name, origin);
    }
    List<VolumeInfo> made = new ArrayList<>();
    for (VolumeName name : names) {
      made.add(derive(origin, name, ArrayVolumeKind.CLONE, ArrayVolumeState.WRITABLE));
    }
    return made;
  }

  private void requireFree(VolumeName name, ArrayVolume origin) throws VolumeException {
    Optional<ArrayVolume> there = books.find(name);
    boolean other =
        there.isPresent()
            && there.get().state() != ArrayVolumeState.PLANNED
            && !there.get().originId().equals(Optional.of(origin.id()));
    if (other) {
      throw new VolumeException(
          VolumeException.Kind.CONFLICT,
          "array '" + array.name() + "': the name '" + name + "' is taken by another volume");
    }
  }

  private VolumeInfo derive(
      ArrayVolume origin, VolumeName name, ArrayVolumeKind kind, ArrayVolumeState next)
      throws VolumeException {
    return locks.under(
        name,
        () ->
            lists.made(
                orders.ensure(
                    name,
                    each -> each.from(origin, kind, ArrayVolumeState.CREATING),
                    Optional.of(origin),
                    next,
                    JobWatch.NONE)));
  }

  VolumeInfo snapshot(VolumeName source, VolumeName snapshot) throws VolumeException {
    ArrayVolume origin = books.get(source);
    checks.requireOffered(array.copies().clones() || array.copies().snapshots(), "snapshots");
    paths.flush(origin);
    return derive(origin, snapshot, ArrayVolumeKind.SNAPSHOT, ArrayVolumeState.SEALED);
  }

  VolumeInfo rollback(VolumeName name, VolumeName snapshot) throws VolumeException {
    return locks.under(
        name,
        () -> {
          ArrayVolume volume = books.get(name);
          ArrayVolume former = books.get(snapshot);
          checks.requireState(volume, ArrayVolumeState.WRITABLE);
          checks.requireClosed(volume);
          boolean own =
              former.kind() == ArrayVolumeKind.SNAPSHOT
                  && former.originId().equals(Optional.of(volume.id()));
          if (!own) {
            throw checks.refused(
                VolumeException.Kind.INVALID, snapshot, "is no snapshot of '" + name + "'");
          }
          try {
            array.copies().restore(lists.path(former), JobWatch.NONE);
          } catch (CimFault e) {
            throw array.failed("cannot roll back", name, e);
          }
          return lists.made(books.get(name));
        });
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayDescription;
import io.lunette.core.array.ArrayDriver;
import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeKind;
import io.lunette.core.array.ArrayVolumeState;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.DriverCapabilities;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.PoolSpace;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One SMI-S array as a driver: each call goes to the class that knows how. The books in the catalog
 * say what a volume is to Lunette; the array says what there is. Thread-safe.
 */
final class SmisArray implements ArrayDriver {

  private static final int BLOCK = 4096;

  private final ArrayServices array;
  private final SmisSettings settings;
  private final VolumeBooks books;
  private final NameLocks locks = new NameLocks();
  private final VolumeMasking masking;
  private final OwnPaths paths;
  private final VolumeReturner returner;
  private final VolumeOrders orders;
  private final VolumeLists lists;
  private final VolumeJobs jobs;
  private final Indications indications;

  SmisArray(ArrayServices array, Catalog catalog, SmisSettings settings, Nudge nudge) {
    this.array = array;
    this.settings = settings;
    this.books = new VolumeBooks(catalog, array.array().name());
    this.masking = new VolumeMasking(array);
    this.paths = new OwnPaths(array, masking, settings.luns(), settings.self());
    VolumeMaker maker = new VolumeMaker(array, books);
    this.returner = new VolumeReturner(array, books, paths, masking, settings.workers());
    this.orders = new VolumeOrders(array, books, maker, paths, returner);
    this.lists = new VolumeLists(array, books);
    VolumeEraser eraser = new VolumeEraser(array, books, paths, maker, returner, settings.clock());
    this.jobs = new VolumeJobs(array, books, locks, orders, eraser, settings.workers());
    this.indications = new Indications(array, nudge);
  }

  /**
   * Takes up what a former process left: its own paths, what it was making, what it had deleted.
   */
  void start() throws CimFault, VolumeException {
    indications.start();
    if (array.masking().isPresent()) {
      paths.tidy();
    }
    jobs.resume(books.all());
    returner.request();
  }

  @Override
  public DriverCapabilities capabilities() {
    return VolumeJobs.capabilities(array);
  }

  @Override
  public PoolSpace space() throws VolumeException {
    return lists.space();
  }

  @Override
  public ArrayDescription describe() throws VolumeException {
    return lists.describe(indications.isDelivered());
  }

  @Override
  public VolumeInfo create(VolumeName name, long sizeBytes, int blockBytes) throws VolumeException {
    if (sizeBytes <= 0 || sizeBytes % BLOCK != 0 || (blockBytes != 512 && blockBytes != BLOCK)) {
      throw new VolumeException(
          VolumeException.Kind.INVALID,
          "a volume of " + sizeBytes + " bytes in blocks of " + blockBytes);
    }
    if (!capabilities().blockBytes().contains(blockBytes)) {
      throw new VolumeException(
          VolumeException.Kind.UNSUPPORTED,
          "array '" + array.name() + "': its volumes have blocks of 512 bytes alone");
    }
    return locks.under(
        name,
        () ->
            lists.made(
                orders.ensure(
                    name,
                    each -> each.of(sizeBytes, blockBytes, ArrayVolumeState.CREATING),
                    Optional.empty(),
                    ArrayVolumeState.WRITABLE,
                    JobWatch.NONE)));
  }

  @Override
  public VolumeInfo seal(VolumeName name) throws VolumeException {
    return locks.under(
        name,
        () -> {
          ArrayVolume volume = books.get(name);
          if (volume.state() == ArrayVolumeState.SEALED) {
            return lists.made(volume);
          }
          requireState(volume, ArrayVolumeState.WRITABLE);
          requireNotWritten(volume);
          paths.seal(volume);
          books.move(volume, ArrayVolumeState.WRITABLE, ArrayVolumeState.SEALED);
          return lists.made(books.get(name));
        });
  }

  /** No server may go on writing to what is to be immutable. */
  private void requireNotWritten(ArrayVolume volume) throws VolumeException {
    for (LunMapping mapping : mappings()) {
      if (mapping.volume().equals(volume.called()) && mapping.mode() == AccessMode.READ_WRITE) {
        throw new VolumeException(
            VolumeException.Kind.BUSY,
            "array '"
                + array.name()
                + "': volume '"
                + volume.called()
                + "' is mapped to "
                + mapping.initiator()
                + "; unmap it first");
      }
    }
  }

  @Override
  public List<VolumeInfo> clone(VolumeName source, List<VolumeName> names) throws VolumeException {
    ArrayVolume origin = sealed(source);
    requireOffered(array.copies().clones() || array.copies().snapshots(), "clones");
    for (VolumeName name : names) {
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
    List<VolumeInfo> made = new ArrayList<>();
    for (VolumeName name : names) {
      made.add(derive(origin, name, ArrayVolumeKind.CLONE, ArrayVolumeState.WRITABLE));
    }
    return made;
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

  private ArrayVolume sealed(VolumeName source) throws VolumeException {
    ArrayVolume origin = books.get(source);
    if (origin.state() != ArrayVolumeState.SEALED) {
      throw new VolumeException(
          VolumeException.Kind.BUSY,
          "array '" + array.name() + "': volume '" + source + "' is not sealed");
    }
    return origin;
  }

  private void requireOffered(boolean offered, String what) throws VolumeException {
    if (!offered) {
      throw new VolumeException(
          VolumeException.Kind.UNSUPPORTED, "array '" + array.name() + "' offers no " + what);
    }
  }

  @Override
  public Job<VolumeInfo> copy(VolumeName source, VolumeName name) throws VolumeException {
    ArrayVolume origin = sealed(source);
    requireOffered(array.copies().clones(), "independent clones");
    return jobs.copy(origin, name, lists::made);
  }

  @Override
  public VolumeInfo snapshot(VolumeName source, VolumeName snapshot) throws VolumeException {
    ArrayVolume origin = books.get(source);
    requireOffered(capabilities().snapshots(), "snapshots");
    paths.flush(origin);
    return derive(origin, snapshot, ArrayVolumeKind.SNAPSHOT, ArrayVolumeState.SEALED);
  }

  @Override
  public VolumeInfo rollback(VolumeName name, VolumeName snapshot) throws VolumeException {
    return locks.under(
        name,
        () -> {
          ArrayVolume volume = books.get(name);
          ArrayVolume former = books.get(snapshot);
          requireState(volume, ArrayVolumeState.WRITABLE);
          requireClosed(volume);
          boolean own =
              former.kind() == ArrayVolumeKind.SNAPSHOT
                  && former.originId().equals(Optional.of(volume.id()));
          if (!own) {
            throw new VolumeException(
                VolumeException.Kind.INVALID,
                "array '"
                    + array.name()
                    + "': '"
                    + snapshot
                    + "' is no snapshot of '"
                    + name
                    + "'");
          }
          try {
            array.copies().restore(lists.path(former), JobWatch.NONE);
          } catch (CimFault e) {
            throw array.failed("cannot roll back", name, e);
          }
          return lists.made(books.get(name));
        });
  }

  @Override
  public VolumeInfo resize(VolumeName name, long sizeBytes) throws VolumeException {
    if (sizeBytes <= 0 || sizeBytes % BLOCK != 0) {
      throw new VolumeException(VolumeException.Kind.INVALID, "a size of " + sizeBytes);
    }
    return locks.under(
        name,
        () -> {
          ArrayVolume volume = books.get(name);
          requireState(volume, ArrayVolumeState.WRITABLE);
          if (volume.sizeBytes() == sizeBytes) {
            return lists.made(volume);
          }
          boolean smaller = sizeBytes < volume.sizeBytes();
          requireOffered(
              smaller ? array.blocks().shrinks() : array.blocks().expands(),
              smaller ? "reduction of volumes" : "expansion of volumes");
          requireClosed(volume);
          resize(volume, sizeBytes);
          return lists.made(books.get(name));
        });
  }

  private void resize(ArrayVolume volume, long sizeBytes) throws VolumeException {
    try {
      StorageVolume there = array.blocks().get(lists.path(volume));
      if (there.sizeBytes() < sizeBytes || sizeBytes < volume.sizeBytes()) {
        array.blocks().resize(there, sizeBytes, JobWatch.NONE);
        there = array.blocks().get(there.path());
      }
      if (there.sizeBytes() < sizeBytes) {
        throw new VolumeException(
            VolumeException.Kind.IO,
            "array '"
                + array.name()
                + "': volume '"
                + volume.called()
                + "' has "
                + there.sizeBytes()
                + " bytes after it was resized to "
                + sizeBytes);
      }
      if (sizeBytes > volume.sizeBytes()) {
        orders.zero(volume.of(sizeBytes, volume.blockBytes(), volume.state()), volume.sizeBytes());
      }
      books.setSize(volume, sizeBytes);
    } catch (CimFault e) {
      throw array.failed("cannot resize", volume.called(), e);
    }
  }

  @Override
  public Job<EraseReport> erase(VolumeName name, EraseRequest request) throws VolumeException {
    return locks.under(
        name,
        () -> {
          ArrayVolume volume = books.get(name);
          requireOffered(
              capabilities().eraseMethods().contains(request.method()),
              "erasing by " + request.method().label());
          Optional<Job<EraseReport>> running = jobs.erasing(volume);
          if (running.isPresent()) {
            return running.get();
          }
          requireClosed(volume);
          if (volume.state() == ArrayVolumeState.SEALED
              || volume.state() == ArrayVolumeState.COPYING) {
            requireState(volume, ArrayVolumeState.WRITABLE);
          }
          return jobs.erase(volume, request);
        });
  }

  private void requireState(ArrayVolume volume, ArrayVolumeState wanted) throws VolumeException {
    if (volume.state() != wanted) {
      throw new VolumeException(
          VolumeException.Kind.BUSY,
          "array '" + array.name() + "': volume '" + volume.called() + "' is " + volume.state());
    }
  }

  private void requireClosed(ArrayVolume volume) throws VolumeException {
    if (paths.isOpen(volume)) {
      throw new VolumeException(
          VolumeException.Kind.BUSY,
          "array '" + array.name() + "': volume '" + volume.called() + "' is open");
    }
  }

  @Override
  public void delete(VolumeName name) throws VolumeException {
    locks.under(
        name,
        () -> {
          Optional<ArrayVolume> volume = books.find(name);
          if (volume.isPresent()) {
            jobs.cancel(volume.get());
            if (volume.get().state() != ArrayVolumeState.COPYING) {
              requireClosed(volume.get());
            }
            if (volume.get().state() == ArrayVolumeState.PLANNED) {
              books.delete(volume.get());
            } else {
              books.release(volume.get());
            }
          }
          return name;
        });
    returner.request();
  }

  @Override
  public Optional<VolumeInfo> find(VolumeName name) throws VolumeException {
    return lists.find(name);
  }

  @Override
  public List<VolumeInfo> list() throws VolumeException {
    returner.request();
    return lists.all();
  }

  @Override
  public BlockDevice open(VolumeName name, AccessMode mode) throws VolumeException {
    return locks.under(
        name,
        () -> {
          ArrayVolume volume = books.get(name);
          if (volume.state() != ArrayVolumeState.SEALED) {
            requireState(volume, ArrayVolumeState.WRITABLE);
          }
          if (mode == AccessMode.READ_WRITE && volume.state() == ArrayVolumeState.WRITABLE) {
            books.setWritten(volume);
          }
          return paths.open(volume, mode);
        });
  }

  @Override
  public LunMapping map(VolumeName name, InitiatorName initiator, AccessMode mode, OptionalInt lun)
      throws VolumeException {
    return locks.under(
        name,
        () -> {
          ArrayVolume volume = books.get(name);
          AccessMode allowed = mode;
          if (volume.state() == ArrayVolumeState.SEALED) {
            allowed = AccessMode.READ_ONLY;
          } else {
            requireState(volume, ArrayVolumeState.WRITABLE);
            if (mode == AccessMode.READ_WRITE) {
              books.setWritten(volume);
            }
          }
          try {
            StorageVolume there = array.blocks().get(lists.path(volume));
            return masking.show(name, there, initiator, allowed, lun);
          } catch (CimFault e) {
            throw array.failed("cannot map", name, e);
          }
        });
  }

  @Override
  public void unmap(VolumeName name, InitiatorName initiator) throws VolumeException {
    locks.under(
        name,
        () -> {
          Optional<ArrayVolume> volume = books.find(name);
          if (volume.isPresent() && volume.get().device().isPresent()) {
            hide(volume.get(), initiator);
          }
          return name;
        });
  }

  private void hide(ArrayVolume volume, InitiatorName initiator) throws VolumeException {
    try {
      masking.hide(array.blocks().get(lists.path(volume)), initiator);
    } catch (CimFault e) {
      if (!e.isStatus(CimFault.NOT_FOUND)) {
        throw array.failed("cannot unmap", volume.called(), e);
      }
    }
  }

  @Override
  public List<LunMapping> mappings() throws VolumeException {
    return lists.mappings(settings.self());
  }

  /** CHAP between a server and an array is set up there. */
  @Override
  public void authenticate(InitiatorName initiator, Optional<ChapCredentials> credentials) {}

  @Override
  public void close() {
    jobs.close();
    returner.close();
    paths.close();
    indications.close();
    array.session().close();
  }
}

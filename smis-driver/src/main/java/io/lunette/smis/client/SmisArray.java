/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayDescription;
import io.lunette.core.array.ArrayDriver;
import io.lunette.core.array.ArrayVolume;
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
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One SMI-S array as a driver: each call goes to the class that knows how. The books in the catalog
 * say what a volume is to Lunette; the array says what there is. Thread-safe.
 */
final class SmisArray implements ArrayDriver {

  private static final int LARGE_BLOCK = 4096;

  private final ArrayServices array;
  private final SmisSettings settings;
  private final VolumeBooks books;
  private final NameLocks locks = new NameLocks();
  private final OwnPaths paths;
  private final VolumeReturner returner;
  private final VolumeOrders orders;
  private final VolumeLists lists;
  private final VolumeChecks checks;
  private final VolumeVersions versions;
  private final VolumeSizes sizes;
  private final VolumeAccess access;
  private final VolumeJobs jobs;
  private final Indications indications;

  SmisArray(ArrayServices array, Catalog catalog, SmisSettings settings, Nudge nudge) {
    this.array = array;
    this.settings = settings;
    this.books = new VolumeBooks(catalog, array.array().name());
    VolumeMasking masking = new VolumeMasking(array);
    this.paths = new OwnPaths(array, masking, settings.luns(), settings.self());
    VolumeMaker maker = new VolumeMaker(array, books);
    this.returner = new VolumeReturner(array, books, paths, masking, settings.workers());
    this.orders = new VolumeOrders(array, books, maker, paths, returner);
    this.lists = new VolumeLists(array, books);
    this.checks = new VolumeChecks(array, books, paths);
    this.versions =
        new VolumeVersions(array, books, lists, orders, paths, checks, locks, settings.self());
    this.sizes = new VolumeSizes(array, books, lists, orders, checks);
    this.access = new VolumeAccess(array, books, lists, masking, paths, checks);
    VolumeEraser eraser = new VolumeEraser(array, books, paths, maker, returner, settings.clock());
    this.jobs = new VolumeJobs(array, books, locks, orders, eraser, settings.workers());
    this.indications = new Indications(array, nudge, settings.self());
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
    boolean known = blockBytes == VolumeInfo.DEFAULT_BLOCK_BYTES || blockBytes == LARGE_BLOCK;
    if (sizeBytes <= 0 || sizeBytes % VolumeSizes.STEP != 0 || !known) {
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
    return versions.seal(name);
  }

  @Override
  public List<VolumeInfo> clone(VolumeName source, List<VolumeName> names) throws VolumeException {
    return versions.clone(source, names);
  }

  @Override
  public Job<VolumeInfo> copy(VolumeName source, VolumeName name) throws VolumeException {
    ArrayVolume origin = checks.sealed(source);
    checks.requireOffered(array.copies().clones(), "independent clones");
    return jobs.copy(origin, name, lists::made);
  }

  @Override
  public VolumeInfo snapshot(VolumeName source, VolumeName snapshot) throws VolumeException {
    return versions.snapshot(source, snapshot);
  }

  @Override
  public VolumeInfo rollback(VolumeName name, VolumeName snapshot) throws VolumeException {
    return versions.rollback(name, snapshot);
  }

  @Override
  public VolumeInfo resize(VolumeName name, long sizeBytes) throws VolumeException {
    return locks.under(name, () -> sizes.resize(name, sizeBytes));
  }

  @Override
  public Job<EraseReport> erase(VolumeName name, EraseRequest request) throws VolumeException {
    return locks.under(
        name,
        () -> {
          ArrayVolume volume = books.get(name);
          checks.requireOffered(
              capabilities().eraseMethods().contains(request.method()),
              "erasing by " + request.method().label());
          Optional<Job<EraseReport>> running = jobs.erasing(volume);
          if (running.isPresent()) {
            return running.get();
          }
          checks.requireClosed(volume);
          if (volume.state() == ArrayVolumeState.SEALED
              || volume.state() == ArrayVolumeState.COPYING) {
            checks.requireState(volume, ArrayVolumeState.WRITABLE);
          }
          return jobs.erase(volume, request);
        });
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
              checks.requireClosed(volume.get());
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
    return locks.under(name, () -> access.open(name, mode));
  }

  @Override
  public LunMapping map(VolumeName name, InitiatorName initiator, AccessMode mode, OptionalInt lun)
      throws VolumeException {
    return locks.under(name, () -> access.map(name, initiator, mode, lun));
  }

  @Override
  public void unmap(VolumeName name, InitiatorName initiator) throws VolumeException {
    locks.under(
        name,
        () -> {
          access.unmap(name, initiator);
          return name;
        });
  }

  @Override
  public List<LunMapping> mappings() throws VolumeException {
    return lists.mappings(settings.self());
  }

  /** CHAP between a server and an array is set up there. */
  @Override
  public void authenticate(InitiatorName initiator, Optional<ChapCredentials> credentials) {}

  @Override
  public void leave() {
    array.waiting().leave();
    jobs.leave();
    array.session().leave(settings.workers());
  }

  @Override
  public void close() {
    jobs.close();
    returner.close();
    paths.close();
    indications.close();
    array.session().close();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.certificate.CertificateChain;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumePlace;
import io.lunette.core.volume.VolumeState;
import io.lunette.core.work.Lanes;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases by hand. What is asked for is in the catalog before the driver begins it, and leaves that
 * in the transaction that adds its certificate; so what a crash cut off is found there, and its
 * driver asked what became of it. It is asked to erase again what is ERASING or QUARANTINED, which
 * nobody can have used since, and nothing else. Where a driver cannot say any more what an erase
 * did, the audit trail tells that it is not certified. Thread-safe.
 */
public final class CatalogErasures implements Erasures, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CatalogErasures.class);

  /** An erase of such a volume goes on when it is asked for again. */
  private static final Set<VolumeState> UNFINISHED =
      EnumSet.of(VolumeState.ERASING, VolumeState.QUARANTINED);

  private final VolumeDriver driver;
  private final ErasureBooks books;
  private final Executor workers;
  private final Lanes<VolumePlace> lanes;

  /** Those that a driver has begun, or is asked about; changed under the lock of this. */
  private final Map<VolumeName, HandErase> underWay = new ConcurrentHashMap<>();

  /** What drivers said at the end of erases that the catalog did not take then. */
  private final Map<VolumeName, EraseReport> unrecorded = new ConcurrentHashMap<>();

  private final ReadWriteLock ending = new ReentrantReadWriteLock();
  private volatile boolean closed;

  public CatalogErasures(
      Catalog catalog,
      VolumeDriver driver,
      CertificateChain certificates,
      String softwareVersion,
      CatalogAuditTrail audit,
      Executor workers,
      Executor waiting) {
    this.driver = driver;
    this.books = new ErasureBooks(catalog, certificates, new EraseClaims(softwareVersion), audit);
    this.workers = workers;
    this.lanes = new Lanes<>("erases by hand", waiting, driver::places, this::takeUp);
  }

  /**
   * Takes up what a restart left at the driver's own place, before anybody can open a volume and
   * its driver forget what was done; arrays may have to be waited for.
   */
  public void start() throws DomainException {
    takeUp(VolumePlace.LOCAL);
  }

  /** Lets what is left be looked at soon. */
  public void request() {
    lanes.request();
  }

  @Override
  public Map<VolumeName, Job<CertifiedErase>> underWay() {
    return Map.copyOf(underWay);
  }

  @Override
  public Job<CertifiedErase> erase(Actor actor, VolumeName volume, EraseRequest request)
      throws DomainException, VolumeException {
    takeUp(volume);
    HandErase erase = new HandErase();
    synchronized (this) {
      HandErase there = underWay.putIfAbsent(volume, erase);
      if (there != null) {
        return there;
      }
    }
    try {
      AskedErase asked = books.asked(actor, volume, request);
      begin(asked, erase);
    } catch (DomainException | VolumeException | RuntimeException | Error e) {
      failed(volume, erase, e);
      throw e;
    }
    return erase;
  }

  private void begin(AskedErase asked, HandErase erase) throws DomainException, VolumeException {
    Job<EraseReport> job;
    try {
      job = driver.erase(asked.volume(), asked.request());
    } catch (VolumeException e) {
      // A driver that has begun and could not make it durable goes on all the same.
      if (!isErasing(asked.volume())) {
        books.refused(asked);
      }
      throw e;
    }
    follow(asked, erase, job);
  }

  private boolean isErasing(VolumeName volume) throws VolumeException {
    return driver.find(volume).map(VolumeInfo::state).equals(Optional.of(VolumeState.ERASING));
  }

  private void follow(AskedErase asked, HandErase erase, Job<EraseReport> job) {
    erase.begun(job);
    var unused = job.result().whenComplete((report, failure) -> hop(asked, erase, report, failure));
  }

  private void takeUp(VolumePlace place) throws DomainException {
    for (VolumeName volume : books.pending()) {
      try {
        if (driver.place(volume).equals(place)) {
          takeUp(volume);
        }
      } catch (DomainException | VolumeException | RuntimeException e) {
        LOG.warn("the erase of volume '{}' is taken up later", volume, e);
      }
    }
  }

  /** Goes on with an erase that is in the catalog and that nobody follows, if there is one. */
  private void takeUp(VolumeName volume) throws DomainException, VolumeException {
    HandErase erase = new HandErase();
    AskedErase asked;
    synchronized (this) {
      // What is in the map is in the catalog, or about to be: others are given it, and wait for it.
      Optional<AskedErase> found =
          underWay.containsKey(volume) ? Optional.empty() : books.find(volume);
      if (found.isEmpty()) {
        return;
      }
      asked = found.get();
      underWay.put(volume, erase);
    }
    try {
      goOn(asked, erase);
    } catch (DomainException | VolumeException | RuntimeException | Error e) {
      failed(volume, erase, e);
      throw e;
    }
  }

  private void goOn(AskedErase asked, HandErase erase) throws DomainException, VolumeException {
    EraseReport heard = unrecorded.get(asked.volume());
    if (heard != null) {
      ended(asked, erase, heard);
      return;
    }
    Optional<VolumeState> state = driver.find(asked.volume()).map(VolumeInfo::state);
    if (state.filter(UNFINISHED::contains).isPresent()) {
      eraseAgain(asked, erase);
      return;
    }
    Optional<EraseReport> last =
        state.isEmpty() ? Optional.empty() : driver.lastErase(asked.volume());
    if (last.isPresent() && isOf(asked, last.get())) {
      ended(asked, erase, last.get());
    } else {
      fail(asked, erase, new VolumeException(VolumeException.Kind.IO, lost(asked, state)));
    }
  }

  /**
   * Goes on with it. A quarantined volume has failed to be erased: what is refused then, for more
   * than want of space, fails for good, so that it keeps no other erase from the volume.
   */
  private void eraseAgain(AskedErase asked, HandErase erase)
      throws DomainException, VolumeException {
    Job<EraseReport> job;
    try {
      job = driver.erase(asked.volume(), asked.request());
    } catch (VolumeException e) {
      if (isForWantOfSpace(e) || isErasing(asked.volume())) {
        throw e;
      }
      fail(asked, erase, e);
      return;
    }
    follow(asked, erase, job);
  }

  /**
   * Whether a report is of that erase. It says less than was asked where not all was read back that
   * an attempt on other terms had done; as does one that was asked for so, and has its certificate.
   */
  private boolean isOf(AskedErase asked, EraseReport report) throws DomainException {
    return report.request().equals(asked.request())
        || (report.request().equals(asked.request().withoutReadBack())
            && !books.isCertified(report));
  }

  /** Certifies it; nobody is told before another can be begun, which is not the same. */
  private void ended(AskedErase asked, HandErase erase, EraseReport report) throws DomainException {
    unrecorded.put(asked.volume(), report);
    CertifiedErase certified = books.ended(asked, report);
    unrecorded.remove(asked.volume());
    underWay.remove(asked.volume(), erase);
    erase.ended(certified);
  }

  private void failed(VolumeName volume, HandErase erase, Throwable cause) {
    underWay.remove(volume, erase);
    erase.failed(cause);
  }

  private static String lost(AskedErase asked, Optional<VolumeState> state) {
    return "nobody heard what became of the erase of volume '"
        + asked.volume()
        + "', which is "
        + state.map(VolumeState::name).orElse("gone")
        + " now";
  }

  private void fail(AskedErase asked, HandErase erase, Throwable cause) throws DomainException {
    LOG.warn("the erase of volume '{}' is not certified: {}", asked.volume(), cause.toString());
    books.failed(asked, cause.getMessage() == null ? cause.toString() : cause.getMessage());
    failed(asked.volume(), erase, cause);
  }

  /** The end comes on a thread of the driver, which must not wait for the catalog. */
  private void hop(AskedErase asked, HandErase erase, EraseReport report, Throwable failure) {
    try {
      workers.execute(() -> end(asked, erase, report, failure));
    } catch (RuntimeException | Error e) {
      if (failure == null && isWhole(report)) {
        unrecorded.put(asked.volume(), report);
      }
      failed(asked.volume(), erase, e);
      LOG.warn("the end of the erase of volume '{}' is taken up later", asked.volume(), e);
    }
  }

  private static boolean isWhole(EraseReport report) {
    return !report.request().verify() || report.verifiedBytes() >= report.erasedBytes();
  }

  private void end(AskedErase asked, HandErase erase, EraseReport report, Throwable failure) {
    ending.readLock().lock();
    try {
      if (!closed) {
        settle(asked, erase, report, failure);
      }
    } catch (DomainException | RuntimeException | Error e) {
      failed(asked.volume(), erase, e);
      LOG.warn("the erase of volume '{}' is certified later", asked.volume(), e);
    } finally {
      ending.readLock().unlock();
    }
  }

  private void settle(AskedErase asked, HandErase erase, EraseReport report, Throwable failure)
      throws DomainException {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    boolean letGo = cause instanceof CancellationException && !erase.isCancelled();
    if (letGo || isForWantOfSpace(cause)) {
      // It goes on when the driver is asked again.
      failed(asked.volume(), erase, cause);
    } else if (cause != null) {
      fail(asked, erase, cause);
    } else if (!isWhole(report)) {
      fail(
          asked,
          erase,
          new VolumeException(
              VolumeException.Kind.IO,
              "the erase of volume '" + asked.volume() + "' was not wholly verified"));
    } else {
      ended(asked, erase, report);
    }
  }

  private static boolean isForWantOfSpace(Throwable cause) {
    return cause instanceof VolumeException e && e.kind() == VolumeException.Kind.OUT_OF_SPACE;
  }

  /** Begins nothing and records no more ends; erases under way are the driver's. */
  @Override
  public void close() {
    lanes.close();
    ending.writeLock().lock();
    try {
      closed = true;
    } finally {
      ending.writeLock().unlock();
    }
  }
}

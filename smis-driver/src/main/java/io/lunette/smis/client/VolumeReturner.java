/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeKind;
import io.lunette.core.array.ArrayVolumeState;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.work.SingleFlight;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.metricshub.wbem.javax.cim.CIMObjectPath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Returns to the array's pool what has no name any more: taken from everybody, overwritten if
 * anything was written to it, its relation to its source dissolved. What is still the origin of a
 * volume stays until that has gone. Runs on one worker at a time, whenever it is asked to; what
 * cannot be returned yet is tried again by itself, after longer and longer pauses.
 */
final class VolumeReturner implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(VolumeReturner.class);

  /** How long a volume is looked for that the array may still be making by a job we know not of. */
  private static final Duration LOST = Duration.ofHours(1);

  private static final Duration PAUSE_MIN = Duration.ofSeconds(1);
  private static final Duration PAUSE_MAX = Duration.ofMinutes(1);

  private final ArrayServices array;
  private final VolumeBooks books;
  private final OwnPaths paths;
  private final VolumeMasking masking;
  private final Executor workers;
  private final SingleFlight flight;
  private final Map<UUID, Long> missingSince = new HashMap<>();
  private final AtomicBoolean retryIsDue = new AtomicBoolean();
  private Duration pause = PAUSE_MIN;
  private volatile boolean behind;
  private volatile boolean closed;

  VolumeReturner(
      ArrayServices array,
      VolumeBooks books,
      OwnPaths paths,
      VolumeMasking masking,
      Executor workers) {
    this.array = array;
    this.books = books;
    this.paths = paths;
    this.masking = masking;
    this.workers = workers;
    this.flight = new SingleFlight("array " + array.name(), workers, this::run);
  }

  /** Lets it look soon whether something is to be returned. */
  void request() {
    flight.request();
  }

  /** The array has just answered: what could not be returned before is tried again. */
  void catchUp() {
    if (behind) {
      flight.request();
    }
  }

  private void run() {
    boolean any = false;
    try {
      boolean progress = true;
      Set<UUID> failed = new HashSet<>();
      while (progress && !closed) {
        progress = false;
        for (ArrayVolume volume : books.all()) {
          boolean due =
              volume.state() == ArrayVolumeState.DELETING
                  && !failed.contains(volume.id())
                  && !books.isOrigin(volume.id());
          if (due && !closed) {
            boolean gone = isReturned(volume);
            progress |= gone;
            any |= gone;
            if (!gone) {
              failed.add(volume.id());
            }
          }
        }
      }
      behind = !failed.isEmpty();
    } catch (VolumeException e) {
      behind = true;
      LOG.warn("array '{}': volumes are returned later: {}", array.name(), e.getMessage());
    }
    pause = any ? PAUSE_MIN : pause;
    if (behind && !closed) {
      retry();
    }
  }

  /** Asks for another run after a pause, unless one is awaited already. */
  private void retry() {
    if (retryIsDue.compareAndSet(false, true)) {
      CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS, workers)
          .execute(
              () -> {
                retryIsDue.set(false);
                flight.request();
              });
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(PAUSE_MAX) < 0 ? longer : PAUSE_MAX;
    }
  }

  private boolean isReturned(ArrayVolume volume) throws VolumeException {
    try {
      Optional<ArrayVolume> located = locate(volume);
      if (located.isEmpty()) {
        return isForgotten(volume);
      }
      giveBack(located.get());
      books.delete(volume);
      return true;
    } catch (VolumeException | CimFault e) {
      if (isAway(e)) {
        throw new VolumeException(VolumeException.Kind.IO, e.getMessage(), e);
      }
      LOG.warn(
          "array '{}': volume '{}' is returned later: {}",
          array.name(),
          volume.called(),
          e.getMessage());
      return false;
    }
  }

  /** Whether the array does not answer at all, so that the other volumes need not be tried. */
  private static boolean isAway(Exception e) {
    Throwable fault = e instanceof CimFault ? e : e.getCause();
    return fault instanceof CimFault known && known.kind() == CimFault.Kind.UNREACHABLE;
  }

  private Optional<ArrayVolume> locate(ArrayVolume volume) throws CimFault, VolumeException {
    if (volume.device().isPresent()) {
      return Optional.of(volume);
    }
    Optional<StorageVolume> found = array.blocks().findByToken(volume.token());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    books.setDevice(volume, Optional.of(found.get().path().toString()));
    return books.find(volume.id());
  }

  private boolean isForgotten(ArrayVolume volume) throws CimFault, VolumeException {
    boolean underWay =
        volume.job().isPresent() && array.calls().isUnderWay(new CIMObjectPath(volume.job().get()));
    if (underWay) {
      return false;
    }
    long since = missingSince.computeIfAbsent(volume.id(), unused -> System.nanoTime());
    if (System.nanoTime() - since < LOST.toNanos()) {
      return false;
    }
    missingSince.remove(volume.id());
    books.delete(volume);
    return true;
  }

  /** Gives the array's volume back; the books are the caller's. */
  void giveBack(ArrayVolume volume) throws VolumeException {
    try {
      CIMObjectPath path = new CIMObjectPath(volume.device().orElseThrow());
      StorageVolume there;
      try {
        there = array.blocks().get(path);
      } catch (CimFault e) {
        if (e.isStatus(CimFault.NOT_FOUND)) {
          return;
        }
        throw e;
      }
      masking.hideFromAll(there);
      if (volume.written()) {
        overwrite(volume);
      }
      boolean returned =
          volume.kind() != ArrayVolumeKind.PLAIN && array.copies().discard(path, JobWatch.NONE);
      if (!returned) {
        array.blocks().giveBack(path, JobWatch.NONE);
      }
    } catch (CimFault e) {
      throw array.failed("cannot return", volume.called(), e);
    }
  }

  private void overwrite(ArrayVolume volume) throws VolumeException {
    try (BlockDevice device = paths.open(volume, AccessMode.READ_WRITE)) {
      new DeviceWipe(device, bytes -> {}, () -> closed)
          .overwrite(new EraseRequest(EraseMethod.ZERO_FILL, false));
    } catch (BlockException e) {
      throw new VolumeException(
          VolumeException.Kind.IO,
          "array '"
              + array.name()
              + "': cannot overwrite '"
              + volume.called()
              + "': "
              + e.getMessage(),
          e);
    } catch (CancellationException e) {
      throw new VolumeException(
          VolumeException.Kind.IO, "volume '" + volume.called() + "' is overwritten later", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    flight.close();
  }
}

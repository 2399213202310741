/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumePlace;
import io.lunette.core.work.Lanes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs scrubs. The queue is the set of SCRUBBING replicas in the catalog, so a restart goes on
 * where it was: it asks the driver for the same erase again, which joins the one under way or
 * repeats it. At most a set number run at one time at each place, so that a place which does not
 * answer holds up none of the others. One that fails waits a while, longer each time, and is given
 * up after a set number of attempts; only an erase that its driver reports as wholly verified makes
 * a replica READY (DESIGN I2b). Thread-safe.
 */
final class Scrubber implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);

  /** Between two looks whether there is space by now. */
  private static final Duration SPACE_WAIT = Duration.ofSeconds(2);

  private static final Duration BACKOFF_MAX = Duration.ofMinutes(1);

  private static final class Run {
    final VolumePlace place;
    final int attempt;
    volatile Job<EraseReport> job;

    Run(VolumePlace place, int attempt) {
      this.place = place;
      this.attempt = attempt;
    }
  }

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ReplicaLedger replicas;
  private final ScrubControl control;
  private final ScrubSensors sensors;
  private final ScrubTriggers triggers;
  private final ScrubBooks books;
  private final Runnable upkeep;
  private final Clock clock;
  private final Executor workers;
  private final int runsMax;
  private final Lanes<VolumePlace> lanes;
  private final Map<ReplicaName, Run> runs = new ConcurrentHashMap<>();
  private final Map<ReplicaName, Instant> waits = new ConcurrentHashMap<>();

  /** Where an erase found no space, until when no other is tried. */
  private final Map<VolumePlace, Instant> full = new ConcurrentHashMap<>();

  /** What those that found no space were told last. */
  private final Map<ReplicaName, String> spaceless = new ConcurrentHashMap<>();

  private final ReadWriteLock ending = new ReentrantReadWriteLock();
  private volatile boolean closed;

  Scrubber(
      Catalog catalog,
      VolumeDriver driver,
      ReplicaLedger replicas,
      ScrubControl control,
      ScrubSensors sensors,
      ScrubTriggers triggers,
      ScrubBooks books,
      Runnable upkeep,
      Clock clock,
      Executor workers,
      Executor waiting,
      int runsMax) {
    this.catalog = catalog;
    this.driver = driver;
    this.replicas = replicas;
    this.control = control;
    this.sensors = sensors;
    this.triggers = triggers;
    this.books = books;
    this.upkeep = upkeep;
    this.clock = clock;
    this.workers = workers;
    this.runsMax = runsMax;
    this.lanes = new Lanes<>("scrubber", waiting, driver::places, this::pump);
  }

  /** Lets it look soon whether something is due. */
  void request() {
    lanes.request();
  }

  /** Lets a replica be tried now, whatever failed before. */
  void forgetFailures(ReplicaName replica) {
    waits.remove(replica);
  }

  List<RunningScrub> running() {
    return runs.entrySet().stream()
        .map(
            entry -> {
              Job<EraseReport> job = entry.getValue().job;
              return new RunningScrub(
                  entry.getKey(),
                  entry.getValue().attempt,
                  job == null ? new Job.Progress(0, 0) : job.progress());
            })
        .toList();
  }

  /** What scrubs wait for, while that lasts: not those that run again, nor any while paused. */
  Optional<String> trouble() throws DomainException {
    List<String> told =
        spaceless.entrySet().stream()
            .filter(entry -> !isUnderWay(entry.getKey()))
            .map(Map.Entry::getValue)
            .toList();
    return told.isEmpty() || control.isPaused()
        ? Optional.empty()
        : Optional.of("scrubs that wait for space: " + told.size() + ": " + told.get(0));
  }

  private boolean isUnderWay(ReplicaName name) {
    Run run = runs.get(name);
    return run != null && run.job != null;
  }

  private void pump(VolumePlace place) throws DomainException, VolumeException {
    if (control.isPaused()) {
      return;
    }
    ScrubSigns signs = sensors.read(place);
    if (!catalog.read(transaction -> triggers.due(transaction, signs)).isEmpty()) {
      catalog.change(transaction -> begin(transaction, signs));
    }
    int limit = runsMax + runs.size() + waits.size();
    List<Replica> begun = startDue(limit, place);
    while (begun.size() == limit && hasRoom(place)) {
      limit = Math.multiplyExact(limit, 2);
      begun = startDue(limit, place);
    }
  }

  /** Starts what is due at a place of the scrubs that were begun first; all of those. */
  private List<Replica> startDue(int limit, VolumePlace place)
      throws DomainException, VolumeException {
    List<Replica> begun = books.begun(limit);
    for (Replica replica : begun) {
      if (hasRoom(place)
          && !runs.containsKey(replica.name())
          && isDue(replica.name())
          && driver.place(replica.volume()).equals(place)) {
        start(replica, place);
      }
    }
    return begun;
  }

  private boolean hasRoom(VolumePlace place) {
    Instant notBefore = full.get(place);
    return (notBefore == null || !clock.instant().isBefore(notBefore))
        && runs.values().stream().filter(run -> run.place.equals(place)).count() < runsMax;
  }

  private Void begin(Transaction transaction, ScrubSigns signs) throws DomainException {
    for (ScrubTriggers.Due due : triggers.due(transaction, signs)) {
      replicas.moveAll(
          transaction,
          due.replicas(),
          ReplicaState.RETURNED,
          ReplicaState.SCRUBBING,
          Actor.LUNETTE,
          due.reason());
    }
    return null;
  }

  private boolean isDue(ReplicaName name) {
    Instant notBefore = waits.get(name);
    return notBefore == null || !clock.instant().isBefore(notBefore);
  }

  /**
   * Begins the scrub of a replica that was SCRUBBING when the list was read. It may have ended
   * since then, and a server may hold the replica: so the state is asked once more when its place
   * is taken, since an end leaves that place only after the catalog has it.
   */
  private void start(Replica replica, VolumePlace place) throws DomainException {
    Run run = new Run(place, replica.attempts() + 1);
    if (runs.putIfAbsent(replica.name(), run) != null) {
      return;
    }
    Optional<EraseRequest> request = Optional.empty();
    try {
      request = books.request(replica);
    } finally {
      if (request.isEmpty()) {
        runs.remove(replica.name());
      }
    }
    if (request.isPresent()) {
      erase(replica, run, request.get());
    }
  }

  private void erase(Replica replica, Run run, EraseRequest terms) {
    try {
      run.job = driver.erase(replica.volume(), fitting(terms, replica.volume()));
    } catch (VolumeException | RuntimeException | Error e) {
      end(replica, run, null, e);
      return;
    }
    var unused =
        run.job
            .result()
            .whenComplete(
                (report, failure) -> hop(replica.name(), () -> end(replica, run, report, failure)));
  }

  /** A volume of before its pool had keys is zero-filled: it has none to destroy. */
  private EraseRequest fitting(EraseRequest terms, VolumeName volume) throws VolumeException {
    boolean needsKey = terms.method() == EraseMethod.CRYPTO;
    return needsKey && !driver.find(volume).map(VolumeInfo::encrypted).orElse(false)
        ? EraseRequest.zeroFillVerified()
        : terms;
  }

  /** The end comes on a thread of the driver, which must not wait for the catalog. */
  private void hop(ReplicaName name, Runnable ending) {
    try {
      workers.execute(ending);
    } catch (RuntimeException | Error e) {
      runs.remove(name);
      LOG.warn("the end of the scrub of replica '{}' is taken up later", name, e);
    }
  }

  private void end(Replica replica, Run run, EraseReport report, Throwable failure) {
    ending.readLock().lock();
    try {
      if (!closed) {
        settle(replica, run, report, failure);
      }
    } catch (DomainException | RuntimeException e) {
      LOG.warn("the scrub of replica '{}' is repeated", replica.name(), e);
      postpone(replica);
    } finally {
      ending.readLock().unlock();
      runs.remove(replica.name());
    }
    lanes.request(run.place);
  }

  private void settle(Replica replica, Run run, EraseReport report, Throwable failure)
      throws DomainException {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (!isForWantOfSpace(cause)) {
      spaceless.remove(replica.name());
    }
    if (cause == null && isVerified(replica, report)) {
      books.verified(replica, report);
      waits.remove(replica.name());
      upkeep.run();
    } else if (cause instanceof VolumeException gone
        && gone.kind() == VolumeException.Kind.NOT_FOUND) {
      books.lost(replica, gone.getMessage());
      waits.remove(replica.name());
    } else if (isForWantOfSpace(cause)) {
      // No attempt: what there is no space for goes on once there is some, whoever makes it.
      full.put(run.place, clock.instant().plus(SPACE_WAIT));
      // So that others have their turn, which may need less.
      waits.put(replica.name(), clock.instant().plus(SPACE_WAIT.multipliedBy(2)));
      if (spaceless.put(replica.name(), cause.getMessage()) == null) {
        LOG.warn("the scrub of replica '{}' waits: {}", replica.name(), cause.getMessage());
      }
    } else {
      String why = cause == null ? "the erase was not wholly verified" : cause.toString();
      LOG.warn("scrub {} of replica '{}' failed: {}", replica.attempts() + 1, replica.name(), why);
      if (books.failed(replica, Optional.ofNullable(report), why)) {
        waits.remove(replica.name());
      } else {
        postpone(replica);
      }
    }
  }

  private static boolean isForWantOfSpace(Throwable cause) {
    return cause instanceof VolumeException refusal
        && refusal.kind() == VolumeException.Kind.OUT_OF_SPACE;
  }

  private static boolean isVerified(Replica replica, EraseReport report) {
    return report.volume().equals(replica.volume())
        && report.request().verify()
        && report.verifiedBytes() >= report.erasedBytes();
  }

  private void postpone(Replica replica) {
    Duration wait = Duration.ofSeconds(1L << Math.min(replica.attempts(), 6));
    waits.put(
        replica.name(), clock.instant().plus(wait.compareTo(BACKOFF_MAX) > 0 ? BACKOFF_MAX : wait));
  }

  /** Begins no more scrubs and records no more ends; erases under way are the driver's. */
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

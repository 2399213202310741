/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.Image;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumePlace;
import io.lunette.core.volume.VolumeState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes independent replicas: full copies, which take their time. The queue is the set of BUILDING
 * replicas of that kind in the catalog, so a restart goes on where it was: it asks the driver for
 * the same copy again, which joins the one under way or begins it anew. A copy whose replica is
 * retired ends when its volume is deleted. Thread-safe; copies are begun on one thread at a time
 * for each place.
 */
final class ReplicaCopies {

  /** How many run at one time at a place, of all its pools. */
  static final int AT_ONE_TIME = 2;

  private static final Logger LOG = LoggerFactory.getLogger(ReplicaCopies.class);

  private record Run(
      Image image, VolumePlace place, Job<VolumeInfo> job, Instant started, boolean whole) {}

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ReplicaLedger replicas;
  private final DemandLedger demand;
  private final Clock clock;
  private final Executor workers;
  private final Runnable ended;
  private final BiConsumer<Image, VolumeException> failed;
  private final Map<ReplicaName, Run> runs = new ConcurrentHashMap<>();

  /**
   * @param ended told when a copy has ended, well or not
   * @param failed told why one did not end well
   */
  ReplicaCopies(
      Catalog catalog,
      VolumeDriver driver,
      ReplicaLedger replicas,
      DemandLedger demand,
      Clock clock,
      Executor workers,
      Runnable ended,
      BiConsumer<Image, VolumeException> failed) {
    this.catalog = catalog;
    this.driver = driver;
    this.replicas = replicas;
    this.demand = demand;
    this.clock = clock;
    this.workers = workers;
    this.ended = ended;
    this.failed = failed;
  }

  /** Begins as many of an image's copies as there is room for at its place. */
  void start(Image image, VolumePlace place) throws DomainException, VolumeException {
    List<Replica> waiting =
        catalog.read(
            transaction -> replicas.toCopy(transaction, image.id(), running(place) + AT_ONE_TIME));
    for (Replica replica : waiting) {
      if (running(place) < AT_ONE_TIME && !runs.containsKey(replica.name())) {
        start(image, place, replica.name());
      }
    }
  }

  private int running(VolumePlace place) {
    return Math.toIntExact(runs.values().stream().filter(run -> run.place().equals(place)).count());
  }

  private void start(Image image, VolumePlace place, ReplicaName name)
      throws DomainException, VolumeException {
    Optional<VolumeInfo> there = driver.find(name.volume());
    if (there.isPresent() && isWhole(image, there.get())) {
      ready(image, name, there.get(), Optional.empty());
      return;
    }
    Instant started = clock.instant();
    Job<VolumeInfo> job;
    try {
      job = driver.copy(image.volume(), name.volume());
    } catch (VolumeException e) {
      if (e.kind() != VolumeException.Kind.CONFLICT) {
        throw e;
      }
      fail(name, e);
      return;
    }
    Run run = new Run(image, place, job, started, there.isEmpty());
    runs.put(name, run);
    var unused =
        job.result()
            .whenComplete((volume, failure) -> hop(name, () -> end(name, run, volume, failure)));
  }

  /** Whether a copy had ended when its end could not be written down. */
  private static boolean isWhole(Image image, VolumeInfo volume) {
    return volume.state() == VolumeState.WRITABLE
        && volume.origin().isEmpty()
        && volume.sizeBytes() == image.sizeBytes();
  }

  /** The end comes on a thread of the driver, which must not wait for the catalog. */
  private void hop(ReplicaName name, Runnable ending) {
    try {
      workers.execute(ending);
    } catch (RuntimeException | Error e) {
      runs.remove(name);
      LOG.warn("the end of the copy of replica '{}' is taken up later", name, e);
    }
  }

  private void end(ReplicaName name, Run run, VolumeInfo made, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    try {
      if (cause == null) {
        Duration took = Duration.between(run.started(), clock.instant());
        ready(run.image(), name, made, run.whole() ? Optional.of(took) : Optional.empty());
      } else if (cause instanceof VolumeException e) {
        failed.accept(run.image(), e);
      } else if (!(cause instanceof CancellationException)) {
        LOG.error("the copy of replica '{}' ended in a defect", name, cause);
      }
    } catch (DomainException e) {
      LOG.warn("the end of the copy of replica '{}' is taken up later", name, e);
    } finally {
      runs.remove(name);
    }
    ended.run();
  }

  private void ready(Image image, ReplicaName name, VolumeInfo made, Optional<Duration> took)
      throws DomainException {
    catalog.change(
        transaction -> {
          boolean moved =
              replicas.move(
                  transaction,
                  name,
                  ReplicaState.BUILDING,
                  ReplicaState.READY,
                  Actor.LUNETTE,
                  "copied from the image");
          if (!moved) {
            replicas.markVolumesThere(transaction, List.of(name));
            return null;
          }
          replicas.standFor(transaction, name, made);
          if (took.isPresent()) {
            demand.made(transaction, image.name(), took.get());
          }
          return null;
        });
  }

  private void fail(ReplicaName name, VolumeException conflict) throws DomainException {
    catalog.change(
        transaction ->
            replicas.move(
                transaction,
                name,
                ReplicaState.BUILDING,
                ReplicaState.FAILED,
                Actor.LUNETTE,
                conflict.getMessage()));
  }

  /** The copies of an image that are under way. */
  List<RunningCopy> running(Image image) {
    return runs.entrySet().stream()
        .filter(entry -> entry.getValue().image().id().equals(image.id()))
        .map(entry -> new RunningCopy(entry.getKey(), entry.getValue().job().progress()))
        .sorted()
        .toList();
  }
}

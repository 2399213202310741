/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageId;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes replicas up to the ready mark. Each batch is written down as BUILDING, cloned in one call
 * of the driver, and moved to READY in one transaction. A batch that was cut off, by a failure or
 * by a crash, stays BUILDING and is cloned again under the same names, which the driver takes for
 * the same request; so a failure that lasts adds nothing.
 *
 * <p>Runs on one thread at a time; {@link #trouble} may be asked by any.
 */
final class Refill {

  private static final Logger LOG = LoggerFactory.getLogger(Refill.class);
  private static final Duration BACKOFF_MIN = Duration.ofSeconds(1);
  private static final Duration BACKOFF_MAX = Duration.ofMinutes(1);

  private record Trouble(String message, Duration backoff, Instant notBefore) {}

  private final Catalog catalog;
  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final PoolLedger pools;
  private final ReplicaMaker maker;
  private final Clock clock;
  private final int batch;
  private final Map<ImageId, Trouble> troubles = new ConcurrentHashMap<>();

  Refill(
      Catalog catalog,
      VolumeDriver driver,
      ImageLedger images,
      ReplicaLedger replicas,
      PoolLedger pools,
      Clock clock,
      int batch) {
    this.catalog = catalog;
    this.images = images;
    this.replicas = replicas;
    this.pools = pools;
    this.maker = new ReplicaMaker(catalog, driver, replicas);
    this.clock = clock;
    this.batch = batch;
  }

  /** Why the last refill of a pool did not succeed. */
  Optional<String> trouble(ImageId image) {
    return Optional.ofNullable(troubles.get(image)).map(Trouble::message);
  }

  /** Fills every pool that has to be filled; goes on with the others when one fails. */
  void run() throws DomainException {
    for (Image image : catalog.read(this::imagesToFill)) {
      Trouble trouble = troubles.get(image.id());
      if (trouble == null || !clock.instant().isBefore(trouble.notBefore())) {
        fill(image);
      }
    }
  }

  private List<Image> imagesToFill(Transaction transaction) throws DomainException {
    Map<ImageId, Map<ReplicaState, Integer>> counts = replicas.counts(transaction);
    List<Image> available = images.live(transaction).stream().filter(Image::current).toList();
    List<Image> wanting = new ArrayList<>();
    for (Image image : available) {
      Map<ReplicaState, Integer> states = counts.getOrDefault(image.id(), Map.of());
      boolean wants =
          states.getOrDefault(ReplicaState.BUILDING, 0) > 0
              || pools
                  .find(transaction, image.series())
                  .filter(
                      pool ->
                          pool.filling()
                              || states.getOrDefault(ReplicaState.READY, 0) < pool.policy().low())
                  .isPresent();
      if (wants) {
        wanting.add(image);
      }
    }
    return wanting;
  }

  private void fill(Image image) throws DomainException {
    List<ReplicaName> names = catalog.change(transaction -> plan(transaction, image));
    while (!names.isEmpty()) {
      try {
        maker.make(image, names);
        troubles.remove(image.id());
      } catch (VolumeException e) {
        note(image, e);
        return;
      }
      names = catalog.change(transaction -> plan(transaction, image));
    }
  }

  /** The next batch: what was begun before, else what the policy wants. */
  private List<ReplicaName> plan(Transaction transaction, Image image) throws DomainException {
    if (!images.get(transaction, image.id()).current()) {
      return List.of();
    }
    List<Replica> begun = replicas.inState(transaction, image.id(), ReplicaState.BUILDING, batch);
    if (!begun.isEmpty()) {
      return begun.stream().map(Replica::name).toList();
    }
    Optional<PoolLedger.Entry> pool = pools.find(transaction, image.series());
    if (pool.isEmpty()) {
      return List.of();
    }
    PoolPolicy policy = pool.get().policy();
    int ready = replicas.count(transaction, image.id(), ReplicaState.READY);
    boolean filling = pool.get().filling() || ready < policy.low();
    int missing = filling ? policy.ready() - ready : 0;
    if (filling != pool.get().filling() || (filling && missing <= 0)) {
      pools.setFilling(transaction, image.series(), missing > 0);
    }
    return missing > 0
        ? replicas.build(
            transaction, image, Math.min(missing, batch), Actor.LUNETTE, "refill of the pool")
        : List.of();
  }

  private void note(Image image, VolumeException failure) {
    Trouble before = troubles.get(image.id());
    Duration backoff = before == null ? BACKOFF_MIN : before.backoff().multipliedBy(2);
    if (backoff.compareTo(BACKOFF_MAX) > 0) {
      backoff = BACKOFF_MAX;
    }
    troubles.put(
        image.id(), new Trouble(failure.getMessage(), backoff, clock.instant().plus(backoff)));
    LOG.warn(
        "refill of pool '{}' waits {} s: {}",
        image.name(),
        backoff.toSeconds(),
        failure.getMessage());
  }
}

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
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumePlace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes replicas up to the ready mark. Each batch is written down as BUILDING, cloned in one call
 * of the driver, and moved to READY in one transaction. A batch that was cut off, by a failure or
 * by a crash, stays BUILDING and is cloned again under the same names, which the driver takes for
 * the same request; so a failure that lasts adds nothing. Independent replicas are written down
 * likewise and left to {@link ReplicaCopies}. One that is to be laid anew loses its volume first.
 *
 * <p>Runs on one thread at a time for each place.
 */
final class Refill {

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final PoolLedger pools;
  private final PoolGoals goals;
  private final PoolSpaceUse space;
  private final ReplicaMaker maker;
  private final ReplicaCopies copies;
  private final RefillTroubles troubles;
  private final int batch;

  Refill(
      Catalog catalog,
      VolumeDriver driver,
      ImageLedger images,
      ReplicaLedger replicas,
      PoolLedger pools,
      PoolGoals goals,
      ReplicaMaker maker,
      ReplicaCopies copies,
      RefillTroubles troubles,
      int batch) {
    this.catalog = catalog;
    this.driver = driver;
    this.images = images;
    this.replicas = replicas;
    this.pools = pools;
    this.goals = goals;
    this.space = new PoolSpaceUse(catalog, driver, replicas);
    this.maker = maker;
    this.copies = copies;
    this.troubles = troubles;
    this.batch = batch;
  }

  /** Fills every pool of a place that has to be filled; goes on with the others when one fails. */
  void run(VolumePlace place) throws DomainException, VolumeException {
    for (Image image : catalog.read(this::imagesToFill)) {
      if (troubles.isDue(image) && driver.place(image.volume()).equals(place)) {
        fill(image, place);
      }
    }
  }

  private List<Image> imagesToFill(Transaction transaction) throws DomainException {
    Map<ImageId, Map<ReplicaState, Integer>> counts = replicas.counts(transaction);
    List<Image> available = images.live(transaction).stream().filter(Image::current).toList();
    List<Image> wanting = new ArrayList<>();
    for (Image image : available) {
      Map<ReplicaState, Integer> states = counts.getOrDefault(image.id(), Map.of());
      int ready = states.getOrDefault(ReplicaState.READY, 0);
      PoolGoals.Goal goal = goals.get(transaction, image);
      boolean wants =
          states.getOrDefault(ReplicaState.BUILDING, 0) > 0
              || ready < goal.low()
              || goal.surplus(ready) > 0
              || pools
                  .find(transaction, image.series())
                  .filter(PoolLedger.Entry::filling)
                  .isPresent();
      if (wants) {
        wanting.add(image);
      }
    }
    return wanting;
  }

  private void fill(Image image, VolumePlace place) throws DomainException {
    try {
      layAnew(image);
      List<ReplicaName> names = next(image);
      while (!names.isEmpty()) {
        maker.make(image, names);
        names = next(image);
      }
      copies.start(image, place);
      troubles.clear(image);
    } catch (VolumeException e) {
      troubles.note(image, e);
    }
  }

  /** Deletes the volumes of replicas that were erased and are to be made once more. */
  private void layAnew(Image image) throws DomainException, VolumeException {
    List<ReplicaName> anew = catalog.read(each -> replicas.toLayAnew(each, image.id(), batch));
    for (ReplicaName name : anew) {
      driver.delete(name.volume());
    }
    if (!anew.isEmpty()) {
      catalog.change(
          transaction -> {
            replicas.forgetAnew(transaction, anew);
            return null;
          });
    }
  }

  private List<ReplicaName> next(Image image) throws DomainException {
    PoolTerms terms = catalog.read(transaction -> goals.get(transaction, image).terms());
    int room =
        terms.spaceMaxBytes().isPresent()
            ? space.room(image, terms.kind(), terms.spaceMaxBytes().getAsLong())
            : Integer.MAX_VALUE;
    return catalog.change(transaction -> plan(transaction, image, room));
  }

  /** The next batch of clones: what was begun before, else what the policy wants. */
  private List<ReplicaName> plan(Transaction transaction, Image image, int room)
      throws DomainException {
    if (!images.get(transaction, image.id()).current()) {
      return List.of();
    }
    List<ReplicaName> begun = replicas.toClone(transaction, image.id(), batch);
    if (!begun.isEmpty()) {
      return begun;
    }
    PoolGoals.Goal goal = goals.get(transaction, image);
    int ready = replicas.count(transaction, image.id(), ReplicaState.READY);
    retire(transaction, image, goal.surplus(ready));
    int stock = ready + replicas.count(transaction, image.id(), ReplicaState.BUILDING);
    Optional<PoolLedger.Entry> pool = pools.find(transaction, image.series());
    boolean wasFilling = pool.map(PoolLedger.Entry::filling).orElse(false);
    boolean filling = wasFilling || stock < goal.low();
    int missing = filling ? goal.ready() - stock : 0;
    if (pool.isPresent() && (filling != wasFilling || (filling && missing <= 0))) {
      pools.setFilling(transaction, image.series(), missing > 0);
    }
    troubles.limited(image, missing > 0 && room == 0 ? bound(goal.terms()) : Optional.empty());
    int count = Math.min(room, Math.min(missing, batch));
    if (count <= 0) {
      return List.of();
    }
    CloneKind kind = goal.terms().kind();
    List<ReplicaName> names =
        replicas.build(transaction, image, kind, count, Actor.LUNETTE, "refill of the pool");
    return kind == CloneKind.DEPENDENT ? names : List.of();
  }

  private static Optional<String> bound(PoolTerms terms) {
    return terms.spaceMaxBytes().isEmpty()
        ? Optional.empty()
        : Optional.of(
            "no more replicas are made: those of the pool hold as much as they may, "
                + PoolSpaceUse.mebibytes(terms.spaceMaxBytes().getAsLong())
                + "; scrub what was returned, or raise --max-space");
  }

  /** Gives up ready replicas that the forecast does not expect to be asked for. */
  private void retire(Transaction transaction, Image image, int count) throws DomainException {
    if (count > 0) {
      List<ReplicaName> surplus =
          replicas.inState(transaction, image.id(), ReplicaState.READY, count).stream()
              .map(Replica::name)
              .toList();
      replicas.moveAll(
          transaction,
          surplus,
          ReplicaState.READY,
          ReplicaState.RETIRED,
          Actor.LUNETTE,
          "the forecast keeps fewer");
    }
  }
}

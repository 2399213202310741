/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageName;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import java.time.Clock;
import java.util.List;

/**
 * Makes one replica there and then, for a request that found none ready and asked for it. It is
 * written down as BUILDING first, as a refill's are, so a crash leaves one that the next start
 * makes for the pool. Thread-safe.
 */
public final class OnDemandReplica {

  private record Begun(Image image, CloneKind kind, List<ReplicaName> names) {}

  private final Catalog catalog;
  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final PoolTermsLedger terms;
  private final PoolSpaceUse space;
  private final ReplicaMaker maker;

  public OnDemandReplica(
      Catalog catalog,
      VolumeDriver driver,
      ImageLedger images,
      ReplicaLedger replicas,
      PoolTermsLedger terms,
      DemandLedger demand,
      Clock clock) {
    this.catalog = catalog;
    this.images = images;
    this.replicas = replicas;
    this.terms = terms;
    this.space = new PoolSpaceUse(catalog, driver, replicas);
    this.maker = new ReplicaMaker(catalog, driver, replicas, demand, clock);
  }

  /**
   * Makes a replica of the image; it is READY when this returns, and may be taken by another. A
   * full copy takes too long to wait for: one is begun, if none is under way, and left to the
   * upkeep of the pools.
   *
   * @return whether one was made
   * @throws DomainException NOT_FOUND; NO_SPACE, also if the pool holds as much as it may; IO,
   *     after which nothing of it is left
   */
  public boolean make(Actor actor, ImageName name) throws DomainException {
    requireRoom(name);
    Begun begun = catalog.change(transaction -> begin(transaction, actor, name));
    if (begun.kind() == CloneKind.INDEPENDENT) {
      return false;
    }
    try {
      maker.make(begun.image(), begun.names());
      return true;
    } catch (VolumeException e) {
      giveUp(begun, e);
      throw DomainException.of(e);
    }
  }

  private void requireRoom(ImageName name) throws DomainException {
    Image image = catalog.read(transaction -> images.getAvailable(transaction, name));
    PoolTerms kept = catalog.read(transaction -> terms.get(transaction, image.series()));
    if (kept.spaceMaxBytes().isPresent()
        && space.room(image, kept.kind(), kept.spaceMaxBytes().getAsLong()) == 0) {
      throw new DomainException(
          DomainException.Kind.NO_SPACE,
          "pool '"
              + name
              + "' holds as much as it may, "
              + PoolSpaceUse.mebibytes(kept.spaceMaxBytes().getAsLong())
              + "; scrub what was returned, or raise 'pool set "
              + name
              + " --max-space'");
    }
  }

  private Begun begin(Transaction transaction, Actor actor, ImageName name) throws DomainException {
    Image image = images.getAvailable(transaction, name);
    CloneKind kind = terms.get(transaction, image.series()).kind();
    boolean underWay =
        kind == CloneKind.INDEPENDENT
            && replicas.count(transaction, image.id(), ReplicaState.BUILDING) > 0;
    return new Begun(
        image,
        kind,
        underWay
            ? List.of()
            : replicas.build(transaction, image, kind, 1, actor, "asked for by an allocation"));
  }

  private void giveUp(Begun begun, VolumeException failure) throws DomainException {
    catalog.change(
        transaction ->
            replicas.moveAll(
                transaction,
                begun.names(),
                ReplicaState.BUILDING,
                ReplicaState.RETIRED,
                Actor.LUNETTE,
                failure.getMessage()));
  }
}

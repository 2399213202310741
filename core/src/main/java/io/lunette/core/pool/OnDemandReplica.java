/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageName;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import java.util.List;

/**
 * Makes one replica there and then, for a request that found none ready and asked for it. It is
 * written down as BUILDING first, as a refill's are, so a crash leaves one that the next start
 * makes for the pool. Thread-safe.
 */
public final class OnDemandReplica {

  private record Begun(Image image, List<ReplicaName> names) {}

  private final Catalog catalog;
  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final ReplicaMaker maker;

  public OnDemandReplica(
      Catalog catalog, VolumeDriver driver, ImageLedger images, ReplicaLedger replicas) {
    this.catalog = catalog;
    this.images = images;
    this.replicas = replicas;
    this.maker = new ReplicaMaker(catalog, driver, replicas);
  }

  /**
   * Makes a replica of the image; it is READY when this returns, and may be taken by another.
   *
   * @throws DomainException NOT_FOUND; NO_SPACE; IO, after which nothing of it is left
   */
  public void make(Actor actor, ImageName image) throws DomainException {
    Begun begun =
        catalog.change(
            transaction -> {
              Image available = images.getAvailable(transaction, image);
              return new Begun(
                  available,
                  replicas.build(transaction, available, 1, actor, "asked for by an allocation"));
            });
    try {
      maker.make(begun.image(), begun.names());
    } catch (VolumeException e) {
      giveUp(begun, e);
      throw DomainException.of(e);
    }
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

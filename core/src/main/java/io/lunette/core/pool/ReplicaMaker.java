/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.Image;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import java.util.List;

/**
 * Makes the volumes of replicas that are written down as BUILDING and moves these to READY. Making
 * one twice, even at one time, makes one volume, which the driver takes for the same request. If it
 * was retired meanwhile, its volume is noted to be deleted (again). Thread-safe.
 */
final class ReplicaMaker {

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ReplicaLedger replicas;

  ReplicaMaker(Catalog catalog, VolumeDriver driver, ReplicaLedger replicas) {
    this.catalog = catalog;
    this.driver = driver;
    this.replicas = replicas;
  }

  /** Clones them in one call of the driver; one whose name is taken by something else fails. */
  void make(Image image, List<ReplicaName> names) throws DomainException, VolumeException {
    try {
      driver.clone(image.volume(), names.stream().map(ReplicaName::volume).toList());
    } catch (VolumeException e) {
      if (e.kind() != VolumeException.Kind.CONFLICT) {
        throw e;
      }
      settleConflict(image, names, e);
      return;
    }
    catalog.change(
        transaction -> {
          List<ReplicaName> moved =
              replicas.moveAll(
                  transaction,
                  names,
                  ReplicaState.BUILDING,
                  ReplicaState.READY,
                  Actor.LUNETTE,
                  "cloned from the image");
          replicas.markVolumesThere(transaction, difference(names, moved));
          return null;
        });
  }

  private static List<ReplicaName> difference(List<ReplicaName> names, List<ReplicaName> moved) {
    return moved.size() == names.size()
        ? List.of()
        : names.stream().filter(name -> !moved.contains(name)).toList();
  }

  /** A volume of that name is something else: that replica has failed, the others are made. */
  private void settleConflict(Image image, List<ReplicaName> names, VolumeException conflict)
      throws DomainException, VolumeException {
    if (names.size() > 1) {
      for (ReplicaName name : names) {
        make(image, List.of(name));
      }
      return;
    }
    catalog.change(
        transaction ->
            replicas.move(
                transaction,
                names.get(0),
                ReplicaState.BUILDING,
                ReplicaState.FAILED,
                Actor.LUNETTE,
                conflict.getMessage()));
  }
}

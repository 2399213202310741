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
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Makes the volumes of replicas that are written down as BUILDING and moves these to READY. Making
 * one twice, even at one time, makes one volume, which the driver takes for the same request. If it
 * was retired meanwhile, its volume is noted to be deleted (again). Thread-safe.
 */
final class ReplicaMaker {

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ReplicaLedger replicas;
  private final DemandLedger demand;
  private final Clock clock;

  ReplicaMaker(
      Catalog catalog,
      VolumeDriver driver,
      ReplicaLedger replicas,
      DemandLedger demand,
      Clock clock) {
    this.catalog = catalog;
    this.driver = driver;
    this.replicas = replicas;
    this.demand = demand;
    this.clock = clock;
  }

  /** Clones them in one call of the driver; one whose name is taken by something else fails. */
  void make(Image image, List<ReplicaName> names) throws DomainException, VolumeException {
    Instant started = clock.instant();
    Map<VolumeName, VolumeInfo> made;
    try {
      made =
          driver.clone(image.volume(), names.stream().map(ReplicaName::volume).toList()).stream()
              .collect(Collectors.toMap(VolumeInfo::name, Function.identity()));
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
          replicas.standFor(
              transaction,
              moved.stream()
                  .collect(Collectors.toMap(Function.identity(), name -> made.get(name.volume()))));
          replicas.markVolumesThere(transaction, difference(names, moved));
          demand.made(transaction, image.name(), Duration.between(started, clock.instant()));
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

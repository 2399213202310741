/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageState;
import io.lunette.core.image.ImageVolumes;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumePlace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retires replicas of versions that are not current, and deletes the volumes of retired replicas,
 * of retired images that have no replica left, and of deleted images. Runs on one thread at a time
 * for each place.
 */
final class VolumeSweep {

  private static final Logger LOG = LoggerFactory.getLogger(VolumeSweep.class);
  private static final int BATCH = 256;

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ImageLedger images;
  private final ImageVolumes imageVolumes;
  private final ReplicaLedger replicas;
  private final CatalogAuditTrail audit;

  VolumeSweep(
      Catalog catalog,
      VolumeDriver driver,
      ImageLedger images,
      ImageVolumes imageVolumes,
      ReplicaLedger replicas,
      CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.driver = driver;
    this.images = images;
    this.imageVolumes = imageVolumes;
    this.replicas = replicas;
    this.audit = audit;
  }

  /** Says in the catalog what is to be deleted. */
  void retire() throws DomainException {
    retireSuperseded();
    if (!catalog.read(images::unused).isEmpty()) {
      catalog.change(this::deleteUnused);
    }
  }

  /** Deletes at a place what can be deleted now; what cannot is tried again in the next run. */
  void run(VolumePlace place) throws DomainException, VolumeException {
    for (Image image : catalog.read(images::volumesToDelete)) {
      if (driver.place(image.volume()).equals(place)) {
        delete(image);
      }
    }
    deleteReplicas(place);
  }

  private void delete(Image image) throws DomainException {
    try {
      imageVolumes.delete(image);
    } catch (VolumeException e) {
      LOG.warn("what image '{}' had is deleted later: {}", image.ref(), e.getMessage());
    }
  }

  private void deleteReplicas(VolumePlace place) throws DomainException, VolumeException {
    Set<ReplicaName> left = new HashSet<>();
    boolean more = true;
    while (more) {
      int limit = left.size() + BATCH;
      List<ReplicaName> due =
          catalog.read(transaction -> replicas.volumesToDelete(transaction, limit));
      List<ReplicaName> gone = new ArrayList<>();
      for (ReplicaName name : due) {
        if (!left.contains(name)) {
          boolean deleted = driver.place(name.volume()).equals(place) && isDeleted(name.volume());
          (deleted ? gone : left).add(name);
        }
      }
      markGone(gone);
      more = due.size() == limit;
    }
  }

  private void markGone(List<ReplicaName> gone) throws DomainException {
    if (!gone.isEmpty()) {
      catalog.change(
          transaction -> {
            replicas.markVolumesGone(transaction, gone);
            return null;
          });
    }
  }

  private void retireSuperseded() throws DomainException {
    for (ReplicaState state : List.of(ReplicaState.BUILDING, ReplicaState.READY)) {
      List<ReplicaName> names;
      do {
        names = catalog.read(transaction -> replicas.superseded(transaction, state, BATCH));
        retire(names, state);
      } while (names.size() == BATCH);
    }
  }

  private void retire(List<ReplicaName> names, ReplicaState state) throws DomainException {
    if (!names.isEmpty()) {
      catalog.change(
          transaction ->
              replicas.moveAll(
                  transaction,
                  names,
                  state,
                  ReplicaState.RETIRED,
                  Actor.LUNETTE,
                  "its version of the image is not current"));
    }
  }

  private Void deleteUnused(Transaction transaction) throws DomainException {
    for (Image image : images.unused(transaction)) {
      images.move(transaction, image.id(), ImageState.RETIRED, ImageState.DELETED);
      audit.record(
          transaction,
          Actor.LUNETTE,
          "image.delete",
          image.ref().toString(),
          "it was retired and has no replica left");
    }
    return null;
  }

  private boolean isDeleted(VolumeName volume) {
    try {
      driver.delete(volume);
      return true;
    } catch (VolumeException e) {
      LOG.warn("volume '{}' is deleted later: {}", volume, e.getMessage());
      return false;
    }
  }
}

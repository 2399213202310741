/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Deletes the volumes of DELETED and FAILED images. The name of a failed import's is given out
 * again once the catalog has it for gone; so one thread at a time deletes those of an image, and
 * asks the catalog first whether they are still there: who goes by a list that was read earlier
 * would delete another image's. Thread-safe.
 */
public final class ImageVolumes {

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ImageLedger ledger;
  private final Set<ImageId> underWay = ConcurrentHashMap.newKeySet();

  public ImageVolumes(Catalog catalog, VolumeDriver driver, ImageLedger ledger) {
    this.catalog = catalog;
    this.driver = driver;
    this.ledger = ledger;
  }

  /** Deletes what is left of them, unless another thread does. */
  public void delete(Image image) throws DomainException, VolumeException {
    if (!underWay.add(image.id())) {
      return;
    }
    try {
      if (catalog.read(transaction -> ledger.isPending(transaction, image.id()))) {
        for (VolumeName volume : image.volumes()) {
          driver.delete(volume);
        }
        catalog.change(
            transaction -> {
              ledger.markVolumeGone(transaction, image.id());
              return null;
            });
      }
    } finally {
      underWay.remove(image.id());
    }
  }
}

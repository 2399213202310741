/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageId;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.pool.PoolTermsLedger;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.space.SpaceLevel;
import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumePlace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks the driver what may start a scrub, outside of transactions; nothing while no replica waits.
 * Of returned replicas, those at one place are weighed at a time. Stateless, so thread-safe.
 */
final class ScrubSensors {

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final PoolTermsLedger terms;
  private final SpaceThresholds thresholds;

  ScrubSensors(
      Catalog catalog,
      VolumeDriver driver,
      ImageLedger images,
      ReplicaLedger replicas,
      PoolTermsLedger terms,
      SpaceThresholds thresholds) {
    this.catalog = catalog;
    this.driver = driver;
    this.images = images;
    this.replicas = replicas;
    this.terms = terms;
    this.thresholds = thresholds;
  }

  ScrubSigns read(VolumePlace place) throws DomainException {
    List<Replica> returned =
        catalog.read(
            transaction -> replicas.inState(transaction, ReplicaState.RETURNED, Integer.MAX_VALUE));
    if (returned.isEmpty()) {
      return ScrubSigns.NONE;
    }
    List<Replica> weighed = catalog.read(transaction -> weighed(transaction, returned));
    try {
      Map<ImageId, Long> bytes = new HashMap<>();
      for (Replica replica : weighed) {
        if (driver.place(replica.volume()).equals(place)) {
          long held = driver.find(replica.volume()).map(VolumeInfo::allocatedBytes).orElse(0L);
          bytes.merge(replica.image(), held, Long::sum);
        }
      }
      return new ScrubSigns(thresholds.level(SpaceLevel.NORMAL, driver.space()), bytes);
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  private List<Replica> weighed(Transaction transaction, List<Replica> returned)
      throws DomainException {
    Map<ImageId, Boolean> asked = new HashMap<>();
    for (Replica replica : returned) {
      if (!asked.containsKey(replica.image())) {
        asked.put(
            replica.image(),
            terms
                .get(transaction, images.get(transaction, replica.image()).series())
                .scrubDirtyBytes()
                .isPresent());
      }
    }
    return returned.stream().filter(replica -> asked.get(replica.image())).toList();
  }
}

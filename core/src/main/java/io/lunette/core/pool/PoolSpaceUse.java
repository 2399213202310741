/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageId;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the replicas of a pool hold for themselves alone, in whatever state: what they share with
 * the image is the image's. Measured at the driver, outside of transactions. Thread-safe.
 */
final class PoolSpaceUse {

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ReplicaLedger replicas;

  PoolSpaceUse(Catalog catalog, VolumeDriver driver, ReplicaLedger replicas) {
    this.catalog = catalog;
    this.driver = driver;
    this.replicas = replicas;
  }

  /** Bytes that the replicas of a series hold. */
  long heldBytes(ImageId series) throws DomainException {
    return sum(catalog.read(transaction -> replicas.volumes(transaction, series)));
  }

  /**
   * How many more replicas there is room for: any number while a clone that shares all with its
   * image is added to less than the bound, or as many copies as fit.
   */
  int room(Image image, CloneKind kind, long mostBytes) throws DomainException {
    long left = mostBytes - heldBytes(image.series());
    if (left <= 0) {
      return 0;
    }
    if (kind == CloneKind.DEPENDENT) {
      return Integer.MAX_VALUE;
    }
    long each = Math.max(1, sizeOf(image.volume()));
    return Math.toIntExact(Math.min(Integer.MAX_VALUE, left / each));
  }

  private long sizeOf(VolumeName volume) throws DomainException {
    try {
      return driver.find(volume).map(VolumeInfo::allocatedBytes).orElse(0L);
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  private long sum(List<VolumeName> names) throws DomainException {
    if (names.isEmpty()) {
      return 0;
    }
    try {
      Map<VolumeName, VolumeInfo> volumes =
          driver.list(driver.place(names.get(0))).stream()
              .collect(Collectors.toMap(VolumeInfo::name, Function.identity()));
      long bytes = 0;
      for (VolumeName name : names) {
        VolumeInfo volume = volumes.get(name);
        bytes += volume == null ? 0 : volume.allocatedBytes();
      }
      return bytes;
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  /** For people who have no unit at hand. */
  static String mebibytes(long bytes) {
    return bytes < 1 << 20 ? bytes + " bytes" : (bytes >> 20) + " MiB";
  }
}

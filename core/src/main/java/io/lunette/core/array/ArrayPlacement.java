/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.volume.VolumeName;
import java.util.Optional;
import java.util.UUID;

/** Says, in a transaction under way, that a volume is to be made on an array. Stateless. */
public final class ArrayPlacement {

  private final ArrayLedger arrays = new ArrayLedger();
  private final ArrayVolumeLedger volumes = new ArrayVolumeLedger();

  /**
   * Notes it; the volume is made by the driver afterwards. Repeating it changes nothing.
   *
   * @throws DomainException NOT_FOUND: no such array; CONFLICT if the volume is on another
   */
  public void place(Transaction transaction, VolumeName volume, ArrayName array)
      throws DomainException {
    arrays.get(transaction, array);
    Optional<ArrayVolume> there = volumes.find(transaction, volume);
    if (there.isEmpty()) {
      volumes.insert(transaction, ArrayVolume.planned(UUID.randomUUID(), array, volume));
    } else if (!there.get().array().equals(array)) {
      throw elsewhere(volume);
    }
  }

  static DomainException elsewhere(VolumeName volume) {
    return new DomainException(
        DomainException.Kind.CONFLICT, "volume '" + volume + "' exists elsewhere");
  }
}

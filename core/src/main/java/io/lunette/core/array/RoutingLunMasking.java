/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Masks each volume where it is: on the local target or on its array. Thread-safe.
 *
 * <p>CHAP is set at the local target alone; SMI-S has no call that every array knows for it, so
 * between a server and an array it is set up there.
 */
public final class RoutingLunMasking implements LunMasking {

  private static final Logger LOG = LoggerFactory.getLogger(RoutingLunMasking.class);

  private final Catalog catalog;
  private final LunMasking local;
  private final ConnectedArrays arrays;
  private final ArrayVolumeLedger ledger = new ArrayVolumeLedger();

  public RoutingLunMasking(Catalog catalog, LunMasking local, ConnectedArrays arrays) {
    this.catalog = catalog;
    this.local = local;
    this.arrays = arrays;
  }

  /** What the masking of a volume is asked. */
  private interface Question<T> {
    T ask(LunMasking masking) throws VolumeException;
  }

  private <T> T at(VolumeName volume, Question<T> question) throws VolumeException {
    Optional<ArrayVolume> there = onArray(volume);
    return there.isPresent()
        ? arrays.call(there.get().array(), question::ask)
        : question.ask(local);
  }

  private Optional<ArrayVolume> onArray(VolumeName volume) throws VolumeException {
    try {
      return catalog.read(transaction -> ledger.find(transaction, volume));
    } catch (DomainException e) {
      throw ConnectedArrays.volumeException(e);
    }
  }

  @Override
  public LunMapping map(
      VolumeName volume, InitiatorName initiator, AccessMode mode, OptionalInt lun)
      throws VolumeException {
    return at(volume, there -> there.map(volume, initiator, mode, lun));
  }

  @Override
  public void unmap(VolumeName volume, InitiatorName initiator) throws VolumeException {
    Void unused =
        at(
            volume,
            there -> {
              there.unmap(volume, initiator);
              return null;
            });
  }

  @Override
  public boolean choosesLun(VolumeName volume) throws VolumeException {
    return onArray(volume).isPresent();
  }

  /** All that can be seen now: an array that does not answer shows none. */
  @Override
  public List<LunMapping> mappings() throws VolumeException {
    List<LunMapping> all = new ArrayList<>(local.mappings());
    try {
      for (StorageArray array : arrays.registered()) {
        all.addAll(mappings(array.name()));
      }
    } catch (DomainException e) {
      throw ConnectedArrays.volumeException(e);
    }
    return all;
  }

  private List<LunMapping> mappings(ArrayName array) {
    try {
      return arrays.ask(array, LunMasking::mappings);
    } catch (VolumeException e) {
      LOG.warn("the mappings of array '{}' are not known: {}", array, e.getMessage());
      return List.of();
    }
  }

  @Override
  public void authenticate(InitiatorName initiator, Optional<ChapCredentials> credentials)
      throws VolumeException {
    local.authenticate(initiator, credentials);
  }
}

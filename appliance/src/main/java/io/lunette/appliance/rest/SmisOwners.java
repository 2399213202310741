/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.volume.VolumeName;
import io.lunette.smis.provider.VolumeOwners;
import java.util.Optional;

/** Keeps the hands of SMI-S off the same volumes as those of the API. */
public final class SmisOwners implements VolumeOwners {

  private final VolumeGuard guard = new VolumeGuard();

  @Override
  public Optional<String> ownerOf(VolumeName volume) {
    try {
      guard.changeable(volume.value());
      return Optional.empty();
    } catch (DomainException e) {
      return Optional.of(e.getMessage());
    }
  }
}

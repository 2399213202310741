/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.compose.LayerLedger;
import io.lunette.core.personality.PersonalityFacts;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.volume.VolumeName;

/**
 * Keeps hands off volumes that the domain owns: what is done to a replica or an image by hand would
 * pass by its state, its scrub and its masking.
 */
final class VolumeGuard {

  private static final String IMAGE_PREFIX = "image-";

  /** The volume of that name, if it may be changed by hand. */
  VolumeName changeable(String text) throws DomainException {
    VolumeName name = new VolumeName(text);
    if (text.startsWith(ReplicaName.VOLUME_PREFIX)) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "volume '" + name + "' belongs to a replica; use 'allocate', 'release' and 'scrub'");
    }
    if (text.startsWith(PersonalityFacts.VOLUME_PREFIX)) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "volume '" + name + "' is the config volume of a server; it goes with 'release'");
    }
    if (text.startsWith(LayerLedger.VOLUME_PREFIX)) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "volume '" + name + "' is a layer of composed images; use 'image compose'");
    }
    if (text.startsWith(IMAGE_PREFIX)) {
      throw new DomainException(
          DomainException.Kind.BUSY, "volume '" + name + "' belongs to an image; use 'image'");
    }
    return name;
  }
}

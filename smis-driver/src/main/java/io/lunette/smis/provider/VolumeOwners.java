/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider;

import io.lunette.core.volume.VolumeName;
import java.util.Optional;

/** Knows which volumes the domain owns: what clients of SMI-S do to those would pass it by. */
@FunctionalInterface
public interface VolumeOwners {

  /** Why a volume may not be changed by hand, in one line; empty if it may. */
  Optional<String> ownerOf(VolumeName volume);
}

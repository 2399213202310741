/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.allocation;

import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps who would see what, so that the catalog is measured and not a target. Thread-safe. */
final class RecordedMasking implements LunMasking {

  private record Key(VolumeName volume, InitiatorName initiator) {}

  private final Map<Key, LunMapping> mappings = new ConcurrentHashMap<>();

  @Override
  public LunMapping map(
      VolumeName volume, InitiatorName initiator, AccessMode mode, OptionalInt lun) {
    LunMapping mapping = new LunMapping(volume, initiator, lun.orElse(0), mode, "", "");
    mappings.put(new Key(volume, initiator), mapping);
    return mapping;
  }

  @Override
  public void unmap(VolumeName volume, InitiatorName initiator) {
    mappings.remove(new Key(volume, initiator));
  }

  @Override
  public List<LunMapping> mappings() {
    return List.copyOf(mappings.values());
  }

  @Override
  public void authenticate(InitiatorName initiator, Optional<ChapCredentials> credentials) {}
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import io.lunette.core.block.BlockDevice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Masking in memory. What is mapped is held open, as a target would, so a driver refuses to erase
 * what an initiator still sees.
 */
public final class MemoryLunMasking implements LunMasking {

  private final VolumeDriver driver;
  private final Map<LunMapping, BlockDevice> shown = new HashMap<>();
  private final Map<InitiatorName, ChapCredentials> credentials = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private int unmapsToFail;

  public MemoryLunMasking(VolumeDriver driver) {
    this.driver = driver;
  }

  /** Lets that many unmaps from now on end in IO. */
  public synchronized void failUnmaps(int count) {
    unmapsToFail = count;
  }

  /** Writable volumes that two initiators saw at one time; hopefully none. */
  public synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  public synchronized Optional<ChapCredentials> credentials(InitiatorName initiator) {
    return Optional.ofNullable(credentials.get(initiator));
  }

  @Override
  public synchronized LunMapping map(
      VolumeName volume, InitiatorName initiator, AccessMode mode, OptionalInt lun)
      throws VolumeException {
    Optional<LunMapping> there = find(volume, initiator);
    if (there.isPresent()) {
      return there.get();
    }
    int number = lun.orElse(0);
    while (lun.isEmpty() && isTaken(initiator, number)) {
      number++;
    }
    if (isTaken(initiator, number)) {
      throw new VolumeException(VolumeException.Kind.BUSY, "LUN " + number + " is taken");
    }
    for (LunMapping other : shown.keySet()) {
      if (other.volume().equals(volume) && mode == AccessMode.READ_WRITE) {
        violations.add(volume + " is seen by " + other.initiator() + " and " + initiator);
      }
    }
    LunMapping mapping =
        new LunMapping(volume, initiator, number, mode, "127.0.0.1:3260", "iqn.2026-11.io:t");
    shown.put(mapping, driver.open(volume, mode));
    return mapping;
  }

  @Override
  public synchronized void unmap(VolumeName volume, InitiatorName initiator)
      throws VolumeException {
    if (unmapsToFail > 0) {
      unmapsToFail--;
      throw new VolumeException(VolumeException.Kind.IO, "the target does not answer");
    }
    find(volume, initiator).ifPresent(mapping -> shown.remove(mapping).close());
  }

  @Override
  public synchronized List<LunMapping> mappings() {
    return List.copyOf(shown.keySet());
  }

  @Override
  public synchronized void authenticate(InitiatorName initiator, Optional<ChapCredentials> wanted) {
    credentials.remove(initiator);
    wanted.ifPresent(chap -> credentials.put(initiator, chap));
  }

  private Optional<LunMapping> find(VolumeName volume, InitiatorName initiator) {
    return shown.keySet().stream()
        .filter(each -> each.volume().equals(volume) && each.initiator().equals(initiator))
        .findFirst();
  }

  private boolean isTaken(InitiatorName initiator, int lun) {
    return shown.keySet().stream()
        .anyMatch(each -> each.initiator().equals(initiator) && each.lun() == lun);
  }
}

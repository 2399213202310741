/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * One volume of {@link MemoryVolumes}, which guards it: every field is read and set under its lock.
 */
final class MemoryVolume {

  final VolumeName name;
  final UUID uuid;
  final Optional<VolumeName> origin;
  final MemoryLayer base;
  final long baseSize;
  MemoryLayer top;
  final int blockBytes;
  long size;
  VolumeState state;
  int open;

  /** What the last erase did, if it was not opened since; or null. */
  EraseReport erased;

  boolean used;

  /** When its last erase ended, or null. */
  Instant erasedAt;

  MemoryVolume(
      VolumeName name, long size, int blockBytes, Optional<VolumeName> origin, MemoryLayer base) {
    this(name, UUID.randomUUID(), size, blockBytes, origin, base);
  }

  private MemoryVolume(
      VolumeName name,
      UUID uuid,
      long size,
      int blockBytes,
      Optional<VolumeName> origin,
      MemoryLayer base) {
    this.uuid = uuid;
    this.blockBytes = blockBytes;
    this.name = name;
    this.size = size;
    this.origin = origin;
    this.base = base;
    this.baseSize = size;
    this.top = new MemoryLayer(base, size);
    this.state = VolumeState.WRITABLE;
  }

  /** The same volume, as it is now. */
  MemoryVolume copy() {
    MemoryVolume copy = new MemoryVolume(name, uuid, baseSize, blockBytes, origin, base);
    copy.size = size;
    copy.top = top.copy();
    copy.state = state;
    copy.erased = erased;
    copy.used = used;
    copy.erasedAt = erasedAt;
    return copy;
  }

  VolumeInfo info() {
    return new VolumeInfo(
        name,
        uuid,
        size,
        blockBytes,
        OptionalLong.of(top.ownBlocks() * MemoryLayer.BLOCK),
        origin,
        state,
        false,
        used,
        Optional.ofNullable(erasedAt));
  }
}

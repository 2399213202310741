/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import io.lunette.core.block.BlockDevice;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * A driver over {@link MemoryVolumes}. Erases and copies run on the executor it is given; one that
 * a former driver left unfinished leaves its volume ERASING or COPYING until it is asked for again.
 */
public final class MemoryVolumeDriver implements VolumeDriver {

  private final MemoryVolumes volumes;
  private final Executor executor;
  private final Map<VolumeName, MemoryErase> erases = new HashMap<>();
  private final Map<VolumeName, MemoryCopy> copies = new HashMap<>();

  /** A driver whose erases have ended when {@link #erase} returns. */
  public MemoryVolumeDriver(MemoryVolumes volumes) {
    this(volumes, Runnable::run);
  }

  public MemoryVolumeDriver(MemoryVolumes volumes, Executor executor) {
    this.volumes = volumes;
    this.executor = executor;
  }

  @Override
  public DriverCapabilities capabilities() {
    return new DriverCapabilities(
        EnumSet.allOf(CloneKind.class),
        true,
        EnumSet.of(EraseMethod.ZERO_FILL, EraseMethod.OVERWRITE),
        true,
        true);
  }

  @Override
  public PoolSpace space() {
    synchronized (volumes) {
      long owned =
          volumes.byName.values().stream()
              .mapToLong(volume -> volume.info().allocatedBytes())
              .sum();
      long virtual = volumes.byName.values().stream().mapToLong(volume -> volume.size).sum();
      return new PoolSpace(
          volumes.capacity, volumes.capacity, owned, 0, 0, volumes.capacity - owned, virtual);
    }
  }

  @Override
  public void limitScrub(long bytesPerSecond) {
    volumes.scrubLimit = bytesPerSecond;
  }

  @Override
  public VolumeInfo create(VolumeName name, long sizeBytes, int blockBytes) throws VolumeException {
    if (sizeBytes <= 0 || sizeBytes % MemoryLayer.BLOCK != 0) {
      throw new VolumeException(
          VolumeException.Kind.INVALID, "size " + sizeBytes + " is not a multiple of 4096");
    }
    if (blockBytes != 512 && blockBytes != MemoryLayer.BLOCK) {
      throw new VolumeException(VolumeException.Kind.INVALID, "blocks of " + blockBytes);
    }
    synchronized (volumes) {
      MemoryVolume there = volumes.byName.get(name);
      if (there == null) {
        there = put(new MemoryVolume(name, sizeBytes, blockBytes, Optional.empty(), null));
      } else if (there.size != sizeBytes || there.blockBytes != blockBytes || there.base != null) {
        throw conflict(name);
      }
      return there.info();
    }
  }

  @Override
  public VolumeInfo seal(VolumeName name) throws VolumeException {
    synchronized (volumes) {
      MemoryVolume volume = volumes.get(name);
      volume.state = VolumeState.SEALED;
      return volume.info();
    }
  }

  @Override
  public List<VolumeInfo> clone(VolumeName source, List<VolumeName> names) throws VolumeException {
    synchronized (volumes) {
      MemoryVolume image = volumes.get(source);
      if (image.state != VolumeState.SEALED) {
        throw new VolumeException(
            VolumeException.Kind.BUSY, "volume '" + source + "' is not sealed");
      }
      for (VolumeName name : names) {
        MemoryVolume there = volumes.byName.get(name);
        if (there != null && there.base != image.top) {
          throw conflict(name);
        }
      }
      List<VolumeInfo> made = new ArrayList<>();
      for (VolumeName name : names) {
        MemoryVolume clone = volumes.byName.get(name);
        if (clone == null) {
          clone =
              put(
                  new MemoryVolume(
                      name, image.size, image.blockBytes, Optional.of(source), image.top));
        }
        made.add(clone.info());
      }
      return made;
    }
  }

  @Override
  public Job<VolumeInfo> copy(VolumeName source, VolumeName name) throws VolumeException {
    MemoryCopy copy;
    synchronized (volumes) {
      MemoryVolume image = volumes.get(source);
      if (image.state != VolumeState.SEALED) {
        throw new VolumeException(
            VolumeException.Kind.BUSY, "volume '" + source + "' is not sealed");
      }
      MemoryCopy running = copies.get(name);
      MemoryVolume there = volumes.byName.get(name);
      if (there != null && there.state != VolumeState.COPYING) {
        throw conflict(name);
      }
      if (there != null && running != null) {
        return running;
      }
      if (there == null) {
        there = put(new MemoryVolume(name, image.size, image.blockBytes, Optional.empty(), null));
        there.state = VolumeState.COPYING;
      }
      copy = new MemoryCopy(volumes, there, image.top);
      copies.put(name, copy);
    }
    executor.execute(copy);
    return copy;
  }

  @Override
  public VolumeInfo snapshot(VolumeName source, VolumeName snapshot) throws VolumeException {
    synchronized (volumes) {
      MemoryVolume volume = volumes.get(source);
      MemoryVolume there = volumes.byName.get(snapshot);
      if (there == null) {
        there =
            put(
                new MemoryVolume(
                    snapshot, volume.size, volume.blockBytes, Optional.of(source), volume.top));
        there.state = VolumeState.SEALED;
        volume.top = new MemoryLayer(volume.top, volume.size);
      } else if (!there.origin.equals(Optional.of(source))) {
        throw conflict(snapshot);
      }
      return there.info();
    }
  }

  @Override
  public VolumeInfo rollback(VolumeName name, VolumeName snapshot) throws VolumeException {
    synchronized (volumes) {
      MemoryVolume volume = volumes.get(name);
      MemoryVolume former = volumes.get(snapshot);
      requireClosed(volume);
      if (!former.origin.equals(Optional.of(name)) || former.state != VolumeState.SEALED) {
        throw new VolumeException(
            VolumeException.Kind.INVALID, "'" + snapshot + "' is no snapshot of '" + name + "'");
      }
      volume.top = new MemoryLayer(former.top, former.size);
      volume.size = former.size;
      return volume.info();
    }
  }

  @Override
  public VolumeInfo resize(VolumeName name, long sizeBytes) throws VolumeException {
    synchronized (volumes) {
      MemoryVolume volume = volumes.get(name);
      if (sizeBytes <= 0 || sizeBytes % MemoryLayer.BLOCK != 0) {
        throw new VolumeException(VolumeException.Kind.INVALID, "size " + sizeBytes);
      }
      if (volume.state != VolumeState.WRITABLE) {
        throw new VolumeException(
            VolumeException.Kind.BUSY, "volume '" + name + "' is " + volume.state);
      }
      if (sizeBytes < volume.size) {
        volume.top.zero(sizeBytes, volume.size - sizeBytes);
      }
      volume.size = sizeBytes;
      return volume.info();
    }
  }

  @Override
  public Job<EraseReport> erase(VolumeName name, EraseRequest request) throws VolumeException {
    MemoryErase erase;
    synchronized (volumes) {
      MemoryVolume volume = volumes.get(name);
      if (!capabilities().eraseMethods().contains(request.method())) {
        throw new VolumeException(VolumeException.Kind.UNSUPPORTED, request.method().name());
      }
      requireClosed(volume);
      if (volume.state == VolumeState.SEALED) {
        throw new VolumeException(VolumeException.Kind.BUSY, "volume '" + name + "' is sealed");
      }
      MemoryErase running = erases.get(name);
      if (running != null && !running.result().toCompletableFuture().isDone()) {
        return running;
      }
      volume.state = VolumeState.ERASING;
      erase = new MemoryErase(volumes, volume, request);
      erases.put(name, erase);
    }
    executor.execute(erase);
    if (volumes.refusesBegunErase()) {
      throw new VolumeException(VolumeException.Kind.OUT_OF_SPACE, "the journal is full");
    }
    return erase;
  }

  @Override
  public Optional<EraseReport> lastErase(VolumeName name) {
    synchronized (volumes) {
      return Optional.ofNullable(volumes.byName.get(name))
          .filter(volume -> volume.state == VolumeState.WRITABLE)
          .map(volume -> volume.erased);
    }
  }

  @Override
  public void delete(VolumeName name) throws VolumeException {
    MemoryCopy cancelled;
    synchronized (volumes) {
      MemoryVolume volume = volumes.byName.get(name);
      if (volume != null) {
        requireClosed(volume);
        volumes.byName.remove(name);
      }
      cancelled = copies.remove(name);
    }
    if (cancelled != null) {
      cancelled.cancel();
    }
  }

  @Override
  public Optional<VolumeInfo> find(VolumeName name) {
    synchronized (volumes) {
      return Optional.ofNullable(volumes.byName.get(name)).map(MemoryVolume::info);
    }
  }

  @Override
  public List<VolumeInfo> list() {
    synchronized (volumes) {
      return volumes.byName.values().stream().map(MemoryVolume::info).toList();
    }
  }

  @Override
  public BlockDevice open(VolumeName name, AccessMode mode) throws VolumeException {
    synchronized (volumes) {
      MemoryVolume volume = volumes.get(name);
      if (volume.state != VolumeState.WRITABLE && volume.state != VolumeState.SEALED) {
        throw new VolumeException(
            VolumeException.Kind.BUSY, "volume '" + name + "' is " + volume.state);
      }
      volume.open++;
      volume.erased = null;
      volume.used |= mode == AccessMode.READ_WRITE;
      return new MemoryVolumeDevice(volumes, volume, Objects.requireNonNull(mode));
    }
  }

  @Override
  public void close() {}

  private MemoryVolume put(MemoryVolume volume) {
    volumes.byName.put(volume.name, volume);
    return volume;
  }

  private static void requireClosed(MemoryVolume volume) throws VolumeException {
    if (volume.open > 0) {
      throw new VolumeException(VolumeException.Kind.BUSY, "volume '" + volume.name + "' is open");
    }
  }

  private static VolumeException conflict(VolumeName name) {
    return new VolumeException(
        VolumeException.Kind.CONFLICT, "the name '" + name + "' is taken by another volume");
  }
}

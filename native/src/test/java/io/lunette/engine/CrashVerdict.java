/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.PoolSpace;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.CrashModel.Found;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolReport;
import io.lunette.engine.check.PoolUsage;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyVault;
import io.lunette.engine.map.PageCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * What is wrong with a device after a crash, found by looking at the device itself and by opening
 * the pool on it. Every method returns the first fault, or null.
 */
final class CrashVerdict {

  private static final long CACHE_BYTES = 4 << 20;
  private static final int PAGES_PER_EXTENT = PoolLayout.PAGES_PER_EXTENT;

  /** What of the CLEAN extents of so small a pool is kept for metadata, with nothing to write. */
  private static final long KEPT_EXTENTS = 16;

  /** Room for the largest volume of a life. */
  private static final ThreadLocal<ByteBuffer> BUFFER =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(1 << 20));

  private CrashVerdict() {}

  /**
   * The check finds nothing, and what the metadata calls CLEAN holds no tenant's bytes; nothing but
   * zeroes, once a restart has come to its end: pages of its own may be left by one that did not.
   */
  static String ofDevice(PagedDevice device, boolean recovered)
      throws IOException, VolumeException {
    return ofDevice(device, StampTraces.IN_THE_CLEAR, recovered);
  }

  /** The same, where a tenant's bytes are known by these traces too. */
  static String ofDevice(PagedDevice device, StampTraces traces, boolean recovered)
      throws IOException, VolumeException {
    PoolReport report = PoolCheck.check(device);
    if (!report.problems().isEmpty()) {
      return "pool check: " + report.problems();
    }
    Metadata metadata = PoolState.read(device, new PageCache(CACHE_BYTES)).metadata();
    for (int page = device.nextNonZero(0); page >= 0; page = device.nextNonZero(page + 1)) {
      int extent = page / PAGES_PER_EXTENT;
      boolean isClean = (metadata.space.spaceWord(extent >> 6) >>> extent & 1) == 0;
      if (isClean && (recovered || holdsStamp(device, traces, page))) {
        return "extent "
            + extent
            + " is called CLEAN and is not: page "
            + page
            + " begins with "
            + HexFormat.of().formatHex(device.page(page), 0, 16);
      }
    }
    return ofLayers(device, metadata);
  }

  /**
   * Of a layer that no restart suspects ({@code Pool.distrustWritable}), the scrub leaves alone
   * what the map does not name: there must be nothing.
   */
  private static String ofLayers(PagedDevice device, Metadata metadata) throws IOException {
    Set<Layer> suspected = new HashSet<>();
    for (Layer layer : metadata.chains.layers()) {
      if (layer.slot.state() == LayerSlot.State.WRITABLE) {
        suspected.add(layer);
        if (layer.parent != null && LayerMerge.isPair(metadata.chains, layer.parent, layer)) {
          suspected.add(layer.parent);
        }
      }
    }
    for (Layer layer : metadata.chains.layers()) {
      LayerSlot slot = layer.slot;
      if (suspected.contains(layer) || slot.suspect() || slot.holdsKeys()) {
        continue;
      }
      for (long at = layer.map.nextNonZero(0); at >= 0; at = layer.map.nextNonZero(at + 1)) {
        long entry = layer.map.get(at);
        int first = (int) MapEntry.extent(entry) * PAGES_PER_EXTENT;
        for (int block = 0; first != 0 && block < PoolLayout.BLOCKS_PER_EXTENT; block++) {
          boolean isNamed = (MapEntry.mask(entry) >>> block & 1) != 0;
          if (!isNamed && !device.isZero(first + block)) {
            return "layer " + layer.id + " does not name what is in page " + (first + block);
          }
        }
      }
    }
    return null;
  }

  private static boolean holdsStamp(PagedDevice device, StampTraces traces, int page) {
    ByteBuffer bytes = ByteBuffer.wrap(device.page(page));
    for (int at = 0; at < PagedDevice.PAGE; at += CrashModel.SECTOR) {
      if (traces.stampAt(bytes, at) != 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Nothing that was erased in a life before that call is anywhere on the device: no stamp, and no
   * record of a key.
   */
  static String ofErased(PagedDevice device, CrashLife life, int call) {
    StampTraces traces = life.traces();
    BitSet erased = life.model.erasedAt(call);
    Set<Long> destroyed = life.model.destroyedAt(call);
    if (erased.isEmpty() && destroyed.isEmpty()) {
      return null;
    }
    for (int page = device.nextNonZero(0); page >= 0; page = device.nextNonZero(page + 1)) {
      ByteBuffer bytes = ByteBuffer.wrap(device.page(page));
      for (int at = 0; at < PagedDevice.PAGE; at += CrashModel.SECTOR) {
        int stamp = traces.stampAt(bytes, at);
        if (stamp != 0 && erased.get(stamp)) {
          return "stamp " + stamp + " was erased and is in page " + page;
        }
      }
      for (int at = 0; at < PagedDevice.PAGE; at += KeySlot.BYTES) {
        if (KeyRecords.isAt(bytes, at) && destroyed.contains(KeyRecords.idAt(bytes, at))) {
          return KeyRecords.idAt(bytes, at) + " was a key, and its record is in page " + page;
        }
      }
    }
    return null;
  }

  /** What the volumes hold. */
  static Map<String, Found> read(EngineVolumeDriver driver) throws VolumeException, BlockException {
    Map<String, Found> found = new TreeMap<>();
    awaitCopies(driver);
    for (VolumeInfo info : driver.list()) {
      boolean readable = info.state() == VolumeState.WRITABLE || info.state() == VolumeState.SEALED;
      found.put(
          info.name().value(),
          new Found(
              info.sizeBytes(),
              info.state() == VolumeState.SEALED,
              !readable,
              readable ? stamps(driver, info) : new int[0]));
    }
    return found;
  }

  /** A copy that a crash cut short goes on by itself. */
  private static void awaitCopies(EngineVolumeDriver driver) {
    while (driver.list().stream().anyMatch(info -> info.state() == VolumeState.COPYING)) {
      LockSupport.parkNanos(100_000);
    }
  }

  private static int[] stamps(EngineVolumeDriver driver, VolumeInfo info)
      throws VolumeException, BlockException {
    ByteBuffer bytes = BUFFER.get().clear().limit((int) info.sizeBytes());
    try (BlockDevice volume = driver.open(info.name(), AccessMode.READ_ONLY)) {
      BlockingIo.read(volume, 0, bytes.duplicate());
    }
    byte[] found = new byte[bytes.limit()];
    bytes.get(0, found);
    int[] stamps = new int[bytes.limit() / CrashModel.SECTOR];
    for (int sector = 0; sector < stamps.length; sector++) {
      stamps[sector] = stamp(found, sector * CrashModel.SECTOR);
    }
    return stamps;
  }

  /** The stamp of a sector; -1 if it is not one whole write's, nor zero. */
  private static int stamp(byte[] bytes, int at) {
    int end = at + CrashModel.SECTOR;
    if (!Arrays.equals(bytes, at, end - Long.BYTES, bytes, at + Long.BYTES, end)) {
      return -1;
    }
    long first = ByteBuffer.wrap(bytes).getLong(at);
    if (first == 0) {
      return 0;
    }
    return first >>> 32 == CrashLife.MAGIC ? (int) first : -1;
  }

  /**
   * Once all scrubs have ended and the pool is closed, what the driver says of the space is what
   * the check counts on the device; and what its volumes hold is all that is owned, or less where
   * clones share what a deleted volume left.
   */
  static String ofSpace(PagedDevice device, KeyVault vault) throws IOException, VolumeException {
    EngineVolumeDriver driver =
        EngineVolumeDriver.open(device, Clock.systemUTC(), CACHE_BYTES, vault);
    try (driver) {
      awaitCopies(driver);
      awaitScrubbed(driver);
    }
    if (!wasClosedCleanly(device)) {
      return "the pool was closed, and not cleanly";
    }
    PoolSpace space = driver.space();
    PoolUsage usage = PoolCheck.check(device).usage();
    Metadata metadata = PoolState.read(device, new PageCache(CACHE_BYTES)).metadata();
    long keys = 0;
    boolean isShared = false;
    for (Layer layer : metadata.chains.layers()) {
      keys += layer.slot.holdsKeys() ? layer.ownedExtents : 0;
      isShared |= layer.owner == null && layer.children > 1;
    }
    if (space.ownedBytes() != PoolUsage.bytes(usage.mapped() - keys)
        || space.dirtyBytes() != PoolUsage.bytes(usage.dirty())
        || space.metadataBytes() != PoolUsage.bytes(usage.metadata() + keys)
        || space.cleanBytes() != PoolUsage.bytes(usage.clean() + usage.reserved() - KEPT_EXTENTS)
        || space.capacityBytes() != PoolUsage.bytes(usage.data())
        || usage.mapped() + usage.dirty() + usage.metadata() + usage.reserved() + usage.clean()
            != usage.data()) {
      return "the driver says " + space + ", the check counts " + usage;
    }
    long held = driver.list().stream().mapToLong(VolumeInfo::allocatedBytes).sum();
    return held == space.ownedBytes() || (isShared && held < space.ownedBytes())
        ? null
        : "volumes hold " + held + " of " + space.ownedBytes() + " bytes that are owned";
  }

  private static boolean wasClosedCleanly(PagedDevice device) throws IOException {
    return PoolState.read(device, new PageCache(CACHE_BYTES)).wasClosedCleanly();
  }

  private static void awaitScrubbed(EngineVolumeDriver driver) {
    while (driver.space().dirtyBytes() > 0) {
      LockSupport.parkNanos(100_000);
    }
  }

  /** Nothing of any tenant is on the device when all volumes are gone and scrubbed. */
  static String ofEnd(PagedDevice device, KeyVault vault) throws IOException, VolumeException {
    return ofEnd(device, StampTraces.IN_THE_CLEAR, vault);
  }

  /** The same, where a tenant's bytes are known by these traces too. */
  static String ofEnd(PagedDevice device, StampTraces traces, KeyVault vault)
      throws IOException, VolumeException {
    try (EngineVolumeDriver driver =
        EngineVolumeDriver.open(device, Clock.systemUTC(), CACHE_BYTES, vault)) {
      for (VolumeInfo info : driver.list()) {
        while (driver.find(info.name()).orElseThrow().state() == VolumeState.ERASING) {
          LockSupport.parkNanos(100_000);
        }
        driver.delete(info.name());
      }
      awaitScrubbed(driver);
      PoolSpace space = driver.space();
      if (space.ownedBytes() != 0) {
        return space.ownedBytes() + " bytes are owned where there is no volume";
      }
    }
    if (!wasClosedCleanly(device)) {
      return "the pool was closed, and not cleanly, when all volumes were gone";
    }
    for (int page = device.nextNonZero(0); page >= 0; page = device.nextNonZero(page + 1)) {
      ByteBuffer bytes = ByteBuffer.wrap(device.page(page));
      for (int at = 0; at < PagedDevice.PAGE; at += CrashModel.SECTOR) {
        if (traces.stampAt(bytes, at) != 0) {
          return "stamp " + traces.stampAt(bytes, at) + " is left in page " + page;
        }
      }
    }
    return ofDevice(device, true);
  }
}

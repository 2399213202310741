/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.NotAPoolException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.UnknownFormatException;
import io.lunette.engine.journal.JournalReader;
import io.lunette.engine.map.PageCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a device says when it is opened: the newest sound superblock, its trees, and the journal
 * replayed on them. Nothing is written but by {@link #secured}.
 *
 * @param former the superblock before, or the same where that is not sound
 * @param reservedInVain words of RESERVED of a commit that is taken for torn
 */
record PoolState(
    Superblock superblock,
    Superblock former,
    Metadata metadata,
    PageStore pages,
    JournalReader.End journalEnd,
    Map<Long, Long> reservedInVain) {

  /** Whether the pool was closed, rather than left by a crash. */
  boolean wasClosedCleanly() {
    return superblock.closedCleanly() && journalEnd.groups() == 0 && !journalEnd.unread();
  }

  /**
   * Reads the state. A superblock that cannot be read is as good as damaged.
   *
   * <p>What a superblock of a clean close leads to was flushed before it was written. After a crash
   * the platform may still remember a page that a flush lost, and nothing is to be built on that.
   *
   * @throws DeviceException if no superblock can be read, or what the sound one leads to cannot
   * @throws FormatException if this is not a pool, or is damaged beyond what the other superblock
   *     and the journal can bring back
   */
  static PoolState read(RawDevice device, PageCache cache) throws IOException {
    List<Superblock> sound = soundSuperblocks(device);
    Superblock superblock = sound.get(0);
    if (superblock.capacityBytes() > device.sizeBytes()) {
      throw new FormatException(
          device.identity()
              + ": truncated: the pool has "
              + superblock.capacityBytes()
              + " bytes, the device "
              + device.sizeBytes());
    }
    if (!superblock.closedCleanly()) {
      device.forgetCached();
    }
    PoolState state = replayed(device, cache, superblock, sound.get(sound.size() - 1));
    if (superblock.closedCleanly() && !state.wasClosedCleanly()) {
      // Opened since, on a full file system that had no room for the checkpoint of an opening.
      device.forgetCached();
      // In a cache of its own: the other has pages of the first reading that never go.
      state =
          replayed(
              device, new PageCache(cache.budgetBytes()), superblock, sound.get(sound.size() - 1));
    }
    return state;
  }

  private static PoolState replayed(
      RawDevice device, PageCache cache, Superblock superblock, Superblock former)
      throws IOException {
    PageStore pages = new PageStore(device, superblock.generation());
    long firstExtent = superblock.journalExtent() + superblock.journalExtents();
    Metadata metadata = new Metadata(superblock, pages, cache, firstExtent);
    MetadataLoader loader = new MetadataLoader(metadata);
    metadata.space.count();
    Map<Long, Long> inVain = new HashMap<>();
    JournalReader.End end =
        new JournalReader(
                device, superblock.journalExtent(), superblock.journalExtents(), superblock.pool())
            .replay(
                superblock.journalTail(),
                superblock.journalSequence(),
                loader::replay,
                (tree, index, word) -> {
                  if (TreeKey.decode(tree).kind() == TreeKey.Kind.RESERVED) {
                    inVain.put(index, word);
                  }
                });
    metadata.vouched.replayed(end.sums());
    loader.load();
    return new PoolState(superblock, former, metadata, pages, end, inVain);
  }

  /**
   * Has both superblocks lead to this state. Until then nothing may be written that the other one
   * leads to: it may be the only one that can be read after a crash, and even the newer of the two.
   * Where a full file system takes no superblock, which only one does that writes elsewhere, the
   * pool must be opened all the same.
   */
  PoolState secured(RawDevice device) throws IOException {
    Superblock next = superblock.announcing(superblock.taking());
    try {
      new SuperblockWriter(device, device::flush).write(next);
    } catch (DeviceException e) {
      if (e.isNoSpace()) {
        return this;
      }
      throw e;
    }
    return new PoolState(next, superblock, metadata, pages, journalEnd, reservedInVain);
  }

  /** Those that can be read and are what was written, the newest first; throws if none is. */
  private static List<Superblock> soundSuperblocks(RawDevice device) throws IOException {
    List<Superblock> sound = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    boolean anyMagic = false;
    DeviceException unreadable = null;
    for (int i = 0; i < 2; i++) {
      long offset = Superblock.offsetFor(i);
      if (device.sizeBytes() < offset + PoolLayout.PAGE_BYTES) {
        continue;
      }
      try {
        // From the device: one that only the page cache has leads to what may be lost, too.
        device.readBack(offset, buffer);
        anyMagic |= Superblock.hasMagic(buffer);
        sound.add(Superblock.decode(buffer, offset));
      } catch (DeviceException e) {
        unreadable = e;
      } catch (UnknownFormatException e) {
        // Never the other one instead: it is older than what the later release did.
        throw new UnknownFormatException(device.identity() + ": " + e.getMessage());
      } catch (FormatException e) {
        faults.add(e.getMessage());
      }
    }
    if (sound.isEmpty() && unreadable != null) {
      throw unreadable;
    }
    if (sound.isEmpty()) {
      throw anyMagic
          ? new FormatException(device.identity() + ": " + String.join("; ", faults))
          : new NotAPoolException(device.identity() + ": not a Lunette pool");
    }
    sound.sort((a, b) -> Long.compare(b.generation(), a.generation()));
    return sound;
  }

  /** Writes an empty pool over the whole of a device. */
  static void format(RawDevice device, UUID pool) throws IOException {
    long capacity = requireRoom(device);
    long journalExtents = PoolLayout.journalExtents(capacity);
    // Written, not left sparse: a commit must never fail for want of space under the journal.
    ByteBuffer zeroes = AlignedBuffers.allocate(1 << 20);
    long end = (PoolLayout.JOURNAL_EXTENT + journalExtents) * PoolLayout.EXTENT_BYTES;
    for (long at = 0; at < end; at += zeroes.capacity()) {
      device.write(at, zeroes.slice(0, (int) Math.min(zeroes.capacity(), end - at)));
    }
    device.flush();
    ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    for (long generation = 1; generation <= 2; generation++) {
      new Superblock(
              pool,
              generation,
              capacity,
              PoolLayout.JOURNAL_EXTENT,
              journalExtents,
              0,
              1,
              true,
              new EnumMap<>(TreeKey.Kind.class))
          .encode(buffer);
      device.write(Superblock.offsetFor(generation), buffer);
    }
    device.flush();
  }

  /** The bytes of a device that a pool can take; throws if they are too few for one. */
  static long requireRoom(RawDevice device) throws DeviceException {
    long capacity = device.sizeBytes() / PoolLayout.EXTENT_BYTES * PoolLayout.EXTENT_BYTES;
    if (capacity < PoolLayout.MIN_POOL_BYTES) {
      throw new DeviceException(
          "a pool needs at least "
              + (PoolLayout.MIN_POOL_BYTES >> 20)
              + " MiB, this has "
              + sizeForPeople(device.sizeBytes()));
    }
    return capacity;
  }

  private static String sizeForPeople(long bytes) {
    return bytes < 1 << 20 ? bytes + " bytes" : (bytes >> 20) + " MiB";
  }
}

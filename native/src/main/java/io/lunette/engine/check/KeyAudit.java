/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.check.PoolImage.LayerImage;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.KeyClaim;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/** Checks that every key that a layer is read by has a sound record. Opens none. */
final class KeyAudit {

  private final PoolImage image;
  private final RawDevice device;
  private final ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
  private final ByteBuffer other = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);

  /** Extents that hold records, by their place in the layer of keys: two copies side by side. */
  private final TreeMap<Long, Long> extents = new TreeMap<>();

  /** Pages with a record that is to be mended, by their offset, and in which extents they lie. */
  private final TreeMap<Long, Long> damagedPages = new TreeMap<>();

  /** Those that the device did not read. */
  private final Set<Long> unreadable = new HashSet<>();

  /** Offsets of records that are sound, and not what their other copy has. */
  private final Set<Long> stale = new HashSet<>();

  /** The sound records of each key, each where it lies. */
  private final TreeMap<Long, List<Found>> records = new TreeMap<>();

  /** Offsets of records at a place that is not their key's. */
  private final Set<Long> astray = new HashSet<>();

  /** Keys of which a record is where another's is: any other of them may be the last. */
  private final Set<Long> disputed = new HashSet<>();

  /** Keys that a layer is read by. */
  private final Set<Long> named = new HashSet<>();

  private int unlike;
  private int ofTwoEpochs;

  /** By number of the key, as unsigned numbers go. */
  private final TreeMap<Long, KeySlot> keys = new TreeMap<>(Long::compareUnsigned);

  KeyAudit(PoolImage image, RawDevice device) {
    this.image = image;
    this.device = device;
  }

  void run() {
    for (LayerImage layer : image.layers.values()) {
      if (layer.slot().holdsKeys()) {
        image.scan(
            layer, TreeKey.Kind.MAP, (index, stored, word) -> read(index, MapEntry.extent(word)));
      }
    }
    for (long index : extents.keySet()) {
      if (!extents.containsKey(index ^ 1)) {
        image.problem(
            "layer of keys at logical extent " + index,
            "the other of its pair, logical extent " + (index ^ 1) + ", is missing");
      }
    }
    for (LayerImage layer : image.layers.values()) {
      long key = layer.slot().key();
      if (key != 0 && image.isKept(layer)) {
        named.add(key);
        if (!keys.containsKey(key)) {
          image.problem(
              layer.place(), "is enciphered by key " + name(key) + ", whose record is lost");
        }
      }
    }
    int known;
    do {
      // What is found to be out of place may be what hid the place of another.
      known = stale.size();
      unlike = 0;
      ofTwoEpochs = 0;
      comparePairs();
    } while (stale.size() > known);
    records.forEach(this::findAstray);
  }

  /**
   * Records that are not alike in both places, as a crash may leave them, or a write that failed:
   * the next opening writes them alike.
   */
  int unlike() {
    return unlike;
  }

  /** Records that a turn of the epoch has in one copy only, since it was cut short. */
  int ofTwoEpochs() {
    return ofTwoEpochs;
  }

  /** A record where it lies: in an extent of the layer of keys, at a byte of the device. */
  private record Found(long index, long offset, long epoch) {

    /** The same of both copies. */
    long place() {
      return placeOf(index, offset);
    }
  }

  /** A place for a record, in both extents of a pair; null where there is none. */
  private record Pair(long index, long offset, long otherOffset, KeySlot one, KeySlot other) {

    long place() {
      return placeOf(index, offset);
    }
  }

  private static long placeOf(long index, long offset) {
    return index / 2 * PoolLayout.EXTENT_BYTES + offset % PoolLayout.EXTENT_BYTES;
  }

  /** Compares all places of which both copies are sound. */
  private void comparePairs() {
    for (Map.Entry<Long, Long> extent : extents.entrySet()) {
      Long copy = extents.get(extent.getKey() + 1);
      if (extent.getKey() % 2 == 0 && copy != null) {
        for (int at = 0; at < PoolLayout.EXTENT_BYTES; at += PoolLayout.PAGE_BYTES) {
          comparePages(
              extent.getKey(),
              extent.getValue() * PoolLayout.EXTENT_BYTES + at,
              copy * PoolLayout.EXTENT_BYTES + at);
        }
      }
    }
  }

  private void comparePages(long index, long page, long otherPage) {
    try {
      device.read(page, buffer.clear());
      device.read(otherPage, other.clear());
    } catch (DeviceException e) {
      return; // It has a line already.
    }
    if (buffer.mismatch(other) < 0) {
      return;
    }
    for (int at = 0; at < PoolLayout.PAGE_BYTES; at += KeySlot.BYTES) {
      if (isSound(buffer, at) && isSound(other, at)) {
        compare(new Pair(index, page + at, otherPage + at, record(buffer, at), record(other, at)));
      }
    }
  }

  private void compare(Pair pair) {
    KeySlot one = pair.one;
    KeySlot two = pair.other;
    if (isAlike(one, two)) {
      return;
    }
    boolean isOneNeeded = isNeeded(one, pair);
    boolean isOtherNeeded = isNeeded(two, pair);
    boolean isOneKey = one != null && two != null && one.id() == two.id();
    if (!isOneNeeded && !isOtherNeeded) {
      unlike += isAstray(one, pair) || isAstray(two, pair) ? 0 : 1;
    } else if (isOneKey && one.epoch() != two.epoch() && !wasClosedCleanly()) {
      ofTwoEpochs++;
    } else if (isOneKey ? one.epoch() < two.epoch() : !isOneNeeded) {
      stale(pair.index, pair.offset, pair.otherOffset);
    } else if (isOneKey ? two.epoch() < one.epoch() : !isOtherNeeded) {
      stale(pair.index + 1, pair.otherOffset, pair.offset);
    } else {
      disputed.add(one.id());
      disputed.add(two.id());
      image.problem(
          place(pair.offset),
          "is not what its other copy, at byte " + pair.otherOffset + ", has; a layer needs both");
    }
  }

  /** The superblock says so too where it was opened since on a full file system. */
  private boolean wasClosedCleanly() {
    return image.superblock.closedCleanly() && image.wasClosedCleanly();
  }

  private void stale(long extent, long offset, long right) {
    stale.add(offset);
    damagedPages.put(pageOf(offset), extent);
    damaged(offset, "is not what its other copy, at byte " + right + ", has");
  }

  /** Whether a layer needs it, and there: a write that went astray may have put it there too. */
  private boolean isNeeded(KeySlot slot, Pair pair) {
    return slot != null
        && named.contains(slot.id())
        && placeOf(slot.id()).filter(place -> place == pair.place()).isPresent();
  }

  private boolean isAstray(KeySlot slot, Pair pair) {
    return slot != null && placeOf(slot.id()).filter(place -> place != pair.place()).isPresent();
  }

  /**
   * The place whose claim is the greatest. Where several have as great a one, the next opening
   * tells, by what others of them are the only record of.
   */
  private Optional<Long> placeOf(long key) {
    TreeMap<Long, KeyClaim> claims = new TreeMap<>();
    records.getOrDefault(key, List.of()).stream()
        .filter(each -> !stale.contains(each.offset))
        .forEach(each -> claims.merge(each.place(), new KeyClaim(each.epoch, 1), KeyClaim::and));
    Optional<KeyClaim> greatest = claims.values().stream().max(Comparator.naturalOrder());
    List<Long> places =
        claims.keySet().stream()
            .filter(at -> greatest.equals(Optional.of(claims.get(at))))
            .toList();
    return places.size() == 1 ? Optional.of(places.get(0)) : Optional.empty();
  }

  /** Of a key, but for what has a line already, for it is written anew from its other copy. */
  private void findAstray(long key, List<Found> found) {
    Optional<Long> place = disputed.contains(key) ? Optional.empty() : placeOf(key);
    for (Found each : place.isPresent() ? found : List.<Found>of()) {
      if (each.place() != place.get() && !stale.contains(each.offset)) {
        astray.add(each.offset);
        damagedPages.put(pageOf(each.offset), each.index);
        image.problem(
            place(each.offset),
            "is of key " + name(key) + ", whose place is at byte " + offsetOf(place.get(), found),
            "cleared");
      }
    }
  }

  private static long offsetOf(long place, List<Found> found) {
    return found.stream()
        .filter(each -> each.place() == place)
        .findFirst()
        .map(Found::offset)
        .orElseThrow();
  }

  private static boolean isAlike(KeySlot one, KeySlot other) {
    return one == null || other == null
        ? one == null && other == null
        : one.id() == other.id()
            && one.epoch() == other.epoch()
            && Arrays.equals(one.wrapped(), other.wrapped());
  }

  /** The records, a sound one of each key. */
  TreeMap<Long, KeySlot> keys() {
    return keys;
  }

  static String name(long key) {
    return Long.toHexString(key);
  }

  /**
   * Writes each damaged record, and each that is not what it should be, anew from its other copy,
   * and as none what is not at the place of its key. A page that was read by the check, and cannot
   * be any more, stays as it is, and so does its other: it may have the only record of a key.
   *
   * @param mayWrite tells of an extent whether it is certain to hold records
   * @param clearLost whether a record of which neither copy is sound is written as none: what a
   *     layer is read by has one, or there would be a problem that nothing mends
   */
  void mend(LongPredicate mayWrite, boolean clearLost) throws DeviceException {
    for (int copy = 0; copy < 2; copy++) {
      for (Map.Entry<Long, Long> damaged : damagedPages.entrySet()) {
        if (damaged.getValue() % 2 == copy) {
          mendPage(damaged.getKey(), damaged.getValue(), mayWrite, clearLost);
        }
      }
      // A power cut may leave neither the old nor the new of what was under way: never of both.
      device.flush();
    }
  }

  private void mendPage(long page, long extent, LongPredicate mayWrite, boolean clearLost)
      throws DeviceException {
    Long copy = extents.get(extent ^ 1);
    if (copy == null || !mayWrite.test(page / PoolLayout.EXTENT_BYTES)) {
      return;
    }
    long otherPage = copy * PoolLayout.EXTENT_BYTES + page % PoolLayout.EXTENT_BYTES;
    if (!readOther(otherPage) && !(clearLost && unreadable.contains(otherPage))) {
      return;
    }
    try {
      device.read(page, buffer.clear());
    } catch (DeviceException e) {
      if (!unreadable.contains(page) || !clearLost && !hasAll(otherPage)) {
        return;
      }
      buffer.put(0, other, 0, PoolLayout.PAGE_BYTES);
    }
    for (int at = 0; at < PoolLayout.PAGE_BYTES; at += KeySlot.BYTES) {
      if (astray.contains(page + at)) {
        clear(buffer, at);
      } else if (!isSound(buffer, at) || stale.contains(page + at)) {
        replace(at, clearLost);
      }
    }
    device.write(page, buffer.clear());
  }

  /**
   * Whether the other page, as it was read from there, leaves nothing that a layer needs to a copy
   * of it that cannot be read: as far as the layers are known.
   */
  private boolean hasAll(long otherPage) {
    for (int at = 0; at < PoolLayout.PAGE_BYTES; at += KeySlot.BYTES) {
      if (!isSound(other, at) || astray.contains(otherPage + at)) {
        return false;
      }
    }
    return keys.keySet().containsAll(named);
  }

  /** Reads what a page is mended from, without what is astray; as empty if it cannot be read. */
  private boolean readOther(long page) {
    try {
      device.read(page, other.clear());
      for (int at = 0; at < PoolLayout.PAGE_BYTES; at += KeySlot.BYTES) {
        if (astray.contains(page + at)) {
          clear(other, at);
        }
      }
      return true;
    } catch (DeviceException e) {
      other.put(0, new byte[PoolLayout.PAGE_BYTES]);
      return false;
    }
  }

  private void replace(int index, boolean clearLost) {
    if (record(other, index) != null) {
      buffer.put(index, other, index, KeySlot.BYTES);
    } else if (clearLost) {
      clear(buffer, index);
    }
  }

  private static void clear(ByteBuffer page, int index) {
    page.put(index, new byte[KeySlot.BYTES]);
  }

  private boolean isSound(ByteBuffer page, int index) {
    try {
      KeySlot ignored = KeySlot.decode(page, index, image.superblock.pool());
      return true;
    } catch (FormatException e) {
      return false;
    }
  }

  /** The record there; null if there is none, or none that is sound. */
  private KeySlot record(ByteBuffer page, int index) {
    try {
      return KeySlot.decode(page, index, image.superblock.pool());
    } catch (FormatException e) {
      return null;
    }
  }

  private void read(long index, long extent) {
    if (extent == 0 || extent >= image.capacityExtents) {
      return;
    }
    extents.put(index, extent);
    for (int at = 0; at < PoolLayout.EXTENT_BYTES; at += PoolLayout.PAGE_BYTES) {
      long offset = extent * PoolLayout.EXTENT_BYTES + at;
      try {
        device.read(offset, buffer.clear());
      } catch (DeviceException e) {
        damagedPages.put(offset, index);
        unreadable.add(offset);
        damaged(offset, e.getMessage());
        continue;
      }
      for (int i = 0; i < KeySlot.PER_PAGE; i++) {
        decode(index, offset, i * KeySlot.BYTES);
      }
    }
  }

  private void decode(long extent, long page, int index) {
    try {
      KeySlot slot = KeySlot.decode(buffer, index, image.superblock.pool());
      if (slot != null) {
        records
            .computeIfAbsent(slot.id(), id -> new ArrayList<>(2))
            .add(new Found(extent, page + index, slot.epoch()));
        keys.merge(slot.id(), slot, (one, other) -> one.epoch() < other.epoch() ? other : one);
      }
    } catch (FormatException e) {
      damagedPages.put(page, extent);
      damaged(page + index, e.getMessage());
    }
  }

  private void damaged(long offset, String what) {
    image.problem(place(offset), what, "written anew from its other copy");
  }

  private static long pageOf(long offset) {
    return offset / PoolLayout.PAGE_BYTES * PoolLayout.PAGE_BYTES;
  }

  private static String place(long offset) {
    return "key record at byte " + offset;
  }
}

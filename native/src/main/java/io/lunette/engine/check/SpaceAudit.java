/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.RawDevice;
import io.lunette.engine.check.PoolImage.LayerImage;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * Checks that every extent has one owner or is CLEAN, and nothing else: maps and dropped extents of
 * layers, metadata, and reservations, against the bits of the space trees.
 */
final class SpaceAudit {

  private final PoolImage image;
  private final ExtentBits owned;
  private final ExtentBits space;
  private final ExtentBits reserved;

  /** Extents that are CLEAN by the trees, and yet may not be zero. */
  private final ExtentBits written;

  /** What names each extent that more than one thing names. */
  private final TreeMap<Long, StringBuilder> doubled = new TreeMap<>();

  /** What each layer's trees hold. */
  private final Map<Long, Counts> counts = new HashMap<>();

  private long mapped;
  private long dirty;

  /**
   * Extents that the trees of a layer name, the journal laid over them.
   *
   * @param droppedEnd index after the last dropped one
   */
  record Counts(long owned, long dropped, long droppedEnd) {}

  SpaceAudit(PoolImage image) {
    this.image = image;
    this.owned = new ExtentBits(image.capacityExtents);
    this.space = new ExtentBits(image.capacityExtents);
    this.reserved = new ExtentBits(image.capacityExtents);
    this.written = new ExtentBits(image.capacityExtents);
  }

  PoolUsage run() {
    bits(TreeKey.Kind.SPACE, space);
    bits(TreeKey.Kind.RESERVED, reserved);
    distrust();
    owners(this::claim);
    if (!doubled.isEmpty()) {
      owners(this::nameOwner);
      doubled.forEach(
          (extent, names) ->
              image.problem(extents(extent, extent), "owned more than once: by" + names));
    }
    compare();
    image
        .reservedInVain()
        .forEach(
            (index, word) -> {
              if (index < space.words()) {
                written.set(index.intValue(), word & data(index) & ~space.word(index.intValue()));
              }
            });
    return new PoolUsage(
        image.capacityExtents - image.firstExtent,
        mapped,
        dirty,
        image.metadataExtents.size(),
        reserved.count(),
        image.capacityExtents - image.firstExtent - space.count());
  }

  /** What the layer's trees hold, after {@link #run}. */
  Counts counts(long layer) {
    return counts.get(layer);
  }

  /** Whether one thing owns an extent, and one alone; after {@link #run}. */
  boolean isOwnedOnce(long extent) {
    return extent >= image.firstExtent
        && extent < image.capacityExtents
        && owned.contains(extent)
        && !doubled.containsKey(extent);
  }

  /** Extents that something owns, a bit each; after {@link #run}. */
  ExtentBits owned() {
    return owned;
  }

  /** Extents that are not CLEAN or not known to be, a bit each; after {@link #run}. */
  ExtentBits space() {
    return space;
  }

  /** Extents reserved for writes to come, a bit each; after {@link #run}. */
  ExtentBits reserved() {
    return reserved;
  }

  /** Extents that are CLEAN by the trees and yet may not be zero, a bit each. */
  ExtentBits written() {
    return written;
  }

  /**
   * Reads every extent that is CLEAN, and reports those that are not zero; after {@link #run}.
   * Those that a checkpoint may have put pages in, or that a commit reserved which is dropped, the
   * next opening makes zero.
   */
  void readClean(RawDevice device) throws IOException {
    ExtentBits suspects = new ExtentBits(image.capacityExtents);
    LongPredicate isClean =
        extent ->
            !space.contains(extent)
                && !owned.contains(extent)
                && !reserved.contains(extent)
                && !written.contains(extent)
                && image.superblock.taking().stream()
                    .noneMatch(run -> extent >= run.first() && extent < run.end());
    new CleanExtents(device, isClean)
        .read(
            image.firstExtent,
            image.capacityExtents,
            suspects::add,
            (extent, why) -> image.problem(extents(extent, extent), "cannot be read: " + why));
    report("CLEAN, but not zero", "made dirty, for the next opening to scrub", suspects::word);
    for (int word = 0; word < suspects.words(); word++) {
      if (suspects.word(word) != 0) {
        written.set(word, written.word(word) | suspects.word(word));
      }
    }
  }

  private interface Owner {
    void owns(TreeKey key, long index, long extent);
  }

  private void owners(Owner owner) {
    mapped = 0;
    dirty = 0;
    TreeKey metadata = TreeKey.of(TreeKey.Kind.METADATA);
    image.metadataExtents.forEach((index, extent) -> owner.owns(metadata, index, extent));
    for (LayerImage layer : image.layers.values()) {
      Entries map = new Entries(layer, TreeKey.Kind.MAP, owner);
      if (layer.slot().state() == LayerSlot.State.RELEASED) {
        dirty += map.now;
      } else {
        mapped += map.now;
      }
      Entries dropped = new Entries(layer, TreeKey.Kind.DROPPED, owner);
      dirty += dropped.now;
      counts.put(layer.id(), new Counts(map.now, dropped.now, dropped.end));
      requireCount(layer, "mapped", map.stored, layer.storedOwned());
      requireCount(layer, "dropped", dropped.stored, layer.storedDropped());
      if (layer.storedDroppedEnd() < dropped.storedEnd) {
        image.problem(
            layer.place(),
            "its slot ends the dropped extents at number "
                + layer.storedDroppedEnd()
                + ", there are some up to "
                + dropped.storedEnd,
            "counted anew");
      }
    }
    if (image.isDamaged(TreeKey.Kind.METADATA)) {
      // Where the list is lost, the pages themselves say which extents are theirs.
      Set<Long> listed = new HashSet<>(image.metadataExtents.values());
      long index = image.metadataExtents.size();
      for (long extent : image.livePages().keySet()) {
        if (!listed.contains(extent)) {
          owner.owns(metadata, index++, extent);
        }
      }
    }
  }

  /** The extents that one tree of a layer names: before the journal, and now. */
  private final class Entries {

    long stored;
    long storedEnd;
    long now;
    long end;

    Entries(LayerImage layer, TreeKey.Kind kind, Owner owner) {
      TreeKey key = new TreeKey(kind, layer.id());
      image.scan(
          layer,
          kind,
          (index, before, word) -> {
            if (MapEntry.extent(before) != 0) {
              stored++;
              storedEnd = index + 1;
            }
            if (MapEntry.extent(word) != 0) {
              now++;
              end = index + 1;
              owner.owns(key, index, MapEntry.extent(word));
            }
          });
    }
  }

  private void requireCount(LayerImage layer, String what, long counted, long recorded) {
    if (counted != recorded
        && image.knowsOwners()
        && !image.isDamaged(TreeKey.Kind.DROPPED)
        && doubled.isEmpty()) {
      image.problem(
          layer.place(),
          "its slot counts " + recorded + " extents " + what + ", there are " + counted,
          "counted anew");
    }
  }

  private void claim(TreeKey key, long index, long extent) {
    if (extent < image.firstExtent || extent >= image.capacityExtents) {
      String place = place(key, index);
      String what = "names extent " + extent + ", which is outside of the pool's data";
      if (key.kind() == TreeKey.Kind.MAP) {
        image.problem(place, what + "; " + image.losses().of(key.layer(), index, 1));
      } else {
        image.problem(place, what, "forgotten");
      }
      return;
    }
    if (owned.add(extent)) {
      doubled.put(extent, new StringBuilder());
    }
  }

  private void nameOwner(TreeKey key, long index, long extent) {
    StringBuilder names = doubled.get(extent);
    if (names != null) {
      names.append(names.length() == 0 ? " " : " and ").append(place(key, index));
    }
  }

  private static String place(TreeKey key, long index) {
    return switch (key.kind()) {
      case MAP -> key + " at logical extent " + index;
      case METADATA -> "metadata, number " + index;
      default -> key + ", number " + index;
    };
  }

  private void bits(TreeKey.Kind kind, ExtentBits bits) {
    image.scan(
        kind,
        (index, stored, word) -> {
          if (index < bits.words()) {
            bits.set((int) index, word);
          } else if (word != 0) {
            image.problem(
                "word " + index + " of " + kind, "lies beyond the end of the pool", "cleared");
          }
        });
  }

  /** What a damaged page of SPACE said is not known: nothing there may be taken for CLEAN. */
  private void distrust() {
    for (TreeScan.Damage damage : image.damages(TreeKey.of(TreeKey.Kind.SPACE))) {
      long end = damage.words() > space.words() ? space.words() : damage.first() + damage.words();
      for (long index = damage.first(); index < Math.min(end, space.words()); index++) {
        space.set((int) index, data(index));
      }
    }
  }

  /** The extents of a word that hold data or metadata, as bits. */
  private long data(long index) {
    long bits = -1;
    for (int bit = 0; bit < Long.SIZE; bit++) {
      long extent = (index << 6) + bit;
      if (extent < image.firstExtent || extent >= image.capacityExtents) {
        bits &= ~(1L << bit);
      }
    }
    return bits;
  }

  private void compare() {
    report("owned, but marked CLEAN", "marked in use", i -> owned.word(i) & ~space.word(i));
    report("reserved, but marked CLEAN", "marked in use", i -> reserved.word(i) & ~space.word(i));
    report(
        "owned and reserved at once",
        "the reservation is taken off",
        i -> owned.word(i) & reserved.word(i));
    if (image.knowsOwners()) {
      report(
          "in use, but nothing owns them",
          "made dirty, for the next opening to scrub",
          i -> space.word(i) & ~owned.word(i) & ~reserved.word(i));
    } else if (space.count() != owned.count() + reserved.count()) {
      image.problem("space", "not checked for leaks, for pages that name owners are damaged");
    }
  }

  private interface Bits {
    long at(int word);
  }

  private void report(String what, String repair, Bits bits) {
    long start = -1;
    for (int word = 0; word < space.words(); word++) {
      long found = bits.at(word);
      if (found == 0 && start < 0) {
        continue;
      }
      for (int bit = 0; bit < Long.SIZE; bit++) {
        long extent = ((long) word << 6) + bit;
        boolean set = (found >>> bit & 1) != 0;
        if (set && start < 0) {
          start = extent;
        } else if (!set && start >= 0) {
          image.problem(extents(start, extent - 1), what, repair);
          start = -1;
        }
      }
    }
    if (start >= 0) {
      image.problem(extents(start, ((long) space.words() << 6) - 1), what, repair);
    }
  }

  private static String extents(long first, long last) {
    String at = " at byte " + first * PoolLayout.EXTENT_BYTES;
    return first == last
        ? "extent " + first + at
        : "extents " + first + " to " + last + " (" + (last - first + 1) + ")" + at;
  }
}

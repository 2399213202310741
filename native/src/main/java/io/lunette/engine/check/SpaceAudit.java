/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.engine.check.PoolImage.LayerImage;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import java.util.TreeMap;

/**
 * Checks that every extent has one owner or is CLEAN, and nothing else: maps and dropped extents of
 * layers, metadata, and reservations, against the bits of the space trees.
 */
final class SpaceAudit {

  private final PoolImage image;
  private final ExtentBits owned;
  private final ExtentBits space;
  private final ExtentBits reserved;

  /** What names each extent that more than one thing names. */
  private final TreeMap<Long, StringBuilder> doubled = new TreeMap<>();

  private long mapped;
  private long dirty;

  SpaceAudit(PoolImage image) {
    this.image = image;
    this.owned = new ExtentBits(image.capacityExtents);
    this.space = new ExtentBits(image.capacityExtents);
    this.reserved = new ExtentBits(image.capacityExtents);
  }

  PoolUsage run() {
    bits(TreeKey.Kind.SPACE, space);
    bits(TreeKey.Kind.RESERVED, reserved);
    owners(this::claim);
    if (!doubled.isEmpty()) {
      owners(this::nameOwner);
      doubled.forEach(
          (extent, names) ->
              image.problem(extents(extent, extent), "owned more than once: by" + names));
    }
    compare();
    return new PoolUsage(
        image.capacityExtents - image.firstExtent,
        mapped,
        dirty,
        image.metadataExtents.size(),
        reserved.count(),
        image.capacityExtents - image.firstExtent - space.count());
  }

  private interface Owner {
    void owns(long extent, String who, long index);
  }

  private void owners(Owner owner) {
    mapped = 0;
    dirty = 0;
    image.metadataExtents.forEach((index, extent) -> owner.owns(extent, "metadata, number", index));
    for (LayerImage layer : image.layers.values()) {
      long before = mapped;
      long stored = entries(layer, TreeKey.Kind.MAP, " at logical extent", owner);
      if (layer.slot().state() == LayerSlot.State.RELEASED) {
        dirty += mapped - before;
        mapped = before;
      }
      requireCount(layer, "mapped", stored, layer.storedOwned());
      before = mapped;
      stored = entries(layer, TreeKey.Kind.DROPPED, ", number", owner);
      dirty += mapped - before;
      mapped = before;
      requireCount(layer, "dropped", stored, layer.storedDropped());
    }
  }

  /** Adds the extents of a tree to {@link #mapped}; returns how many the checkpoint has. */
  private long entries(LayerImage layer, TreeKey.Kind kind, String at, Owner owner) {
    long[] stored = new long[1];
    String who = kind + " of layer " + layer.id() + at;
    image.scan(
        layer,
        kind,
        (index, before, now) -> {
          stored[0] += MapEntry.extent(before) == 0 ? 0 : 1;
          if (MapEntry.extent(now) != 0) {
            mapped++;
            owner.owns(MapEntry.extent(now), who, index);
          }
        });
    return stored[0];
  }

  private void requireCount(LayerImage layer, String what, long counted, long recorded) {
    if (counted != recorded && image.isWhole() && doubled.isEmpty()) {
      image.problem(
          layer.place(),
          "its slot counts " + recorded + " extents " + what + ", there are " + counted);
    }
  }

  private void claim(long extent, String who, long index) {
    if (extent < image.firstExtent || extent >= image.capacityExtents) {
      image.problem(
          who + " " + index, "names extent " + extent + ", which is outside of the pool's data");
      return;
    }
    if (owned.add(extent)) {
      doubled.put(extent, new StringBuilder());
    }
  }

  private void nameOwner(long extent, String who, long index) {
    StringBuilder names = doubled.get(extent);
    if (names != null) {
      names.append(names.length() == 0 ? " " : " and ").append(who).append(' ').append(index);
    }
  }

  private void bits(TreeKey.Kind kind, ExtentBits bits) {
    image.scan(
        kind,
        (index, stored, word) -> {
          if (index < bits.words()) {
            bits.set((int) index, word);
          } else {
            image.problem("word " + index + " of " + kind, "lies beyond the end of the pool");
          }
        });
  }

  private void compare() {
    report("owned, but marked CLEAN", i -> owned.word(i) & ~space.word(i));
    report("reserved, but marked CLEAN", i -> reserved.word(i) & ~space.word(i));
    report("owned and reserved at once", i -> owned.word(i) & reserved.word(i));
    if (image.isWhole()) {
      report(
          "in use, but nothing owns them", i -> space.word(i) & ~owned.word(i) & ~reserved.word(i));
    } else if (space.count() != owned.count() + reserved.count()) {
      image.problem("space", "not checked for leaks, for pages that name owners are damaged");
    }
  }

  private interface Bits {
    long at(int word);
  }

  private void report(String what, Bits bits) {
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
          image.problem(extents(start, extent - 1), what);
          start = -1;
        }
      }
    }
    if (start >= 0) {
      image.problem(extents(start, ((long) space.words() << 6) - 1), what);
    }
  }

  private static String extents(long first, long last) {
    String at = " at byte " + first * PoolLayout.EXTENT_BYTES;
    return first == last
        ? "extent " + first + at
        : "extents " + first + " to " + last + " (" + (last - first + 1) + ")" + at;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.engine.check.PoolImage.LayerImage;
import io.lunette.engine.check.PoolImage.VolumeImage;
import io.lunette.engine.format.Globals;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreeRoot;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * The words that make a pool's metadata agree with its maps: what the journal set, and on top of it
 * the space trees as the owners of extents say, the counters of layers, and a place for what nobody
 * owns.
 *
 * <p>What nobody owns becomes dirty, never CLEAN: it goes to the dropped extents of layer 0, which
 * the next opening scrubs.
 */
final class RepairPlan {

  /** The layer that owns what nobody else does. */
  private static final long ORPHANS = 0;

  private static final TreeKey ORPHANS_DROPPED = new TreeKey(TreeKey.Kind.DROPPED, ORPHANS);

  private final PoolImage image;
  private final SpaceAudit space;
  private final Map<TreeKey, NavigableMap<Long, Long>> words = new HashMap<>();

  /** The list of extents with pages is made anew, for it could not be read or has gaps. */
  private final boolean newMetadataList;

  /** Dropped entries of a layer that name nothing of the pool. */
  private final Map<Long, Long> forgotten = new HashMap<>();

  private long orphans;
  private long orphansBefore;
  private long orphansEnd;
  private long metadataEnd;

  RepairPlan(PoolImage image, Set<LayerImage> unread, SpaceAudit space) {
    this.image = image;
    this.space = space;
    for (TreeKey key : image.overlaid()) {
      if (!key.kind().isPerLayer() || image.layers.containsKey(key.layer())) {
        words.put(key, new TreeMap<>(image.overlay(key)));
      }
    }
    image.corrections().forEach((kind, corrected) -> words(kind).putAll(corrected));
    this.newMetadataList = image.isDamaged(TreeKey.Kind.METADATA) || !isDense();
    for (TreeScan.Damage damage : image.damages()) {
      // A change is what has the way to a page written anew, and the damaged page left out.
      words(damage.key()).putIfAbsent(damage.first(), 0L);
    }
    unread.forEach(this::planRelease);
    planClaims();
    planMetadata();
    planDropped();
    planOrphans();
    planSpace();
    planGlobals();
  }

  /**
   * An extent taken for pages.
   *
   * @param clean whether it is all zeroes, rather than of unknown content
   */
  record Taken(long extent, boolean clean) {}

  /**
   * Takes an extent for pages, in the plan: a CLEAN one, or else one that nothing owned; or null.
   */
  Taken takeForMetadata() {
    long extent = nextClean();
    boolean clean = extent >= 0;
    if (clean) {
      boolean ignored = space.space().add(extent);
      set(TreeKey.Kind.SPACE, extent >>> 6, spaceWord(extent));
    } else if (orphansEnd > orphansBefore) {
      extent = MapEntry.extent(words(ORPHANS_DROPPED).remove(--orphansEnd));
      orphans--;
    } else {
      return null;
    }
    set(TreeKey.Kind.METADATA, metadataEnd++, extent);
    return new Taken(extent, clean);
  }

  /** CLEAN extents that the plan leaves. */
  long cleanExtents() {
    return image.capacityExtents - image.firstExtent - space.space().count();
  }

  private long nextClean() {
    for (int word = 0; word < space.space().words(); word++) {
      for (long clean = ~space.space().word(word); clean != 0; clean &= clean - 1) {
        long extent = ((long) word << 6) + Long.numberOfTrailingZeros(clean);
        if (!isOutside(extent)) {
          return extent;
        }
      }
    }
    return -1;
  }

  /** The word of SPACE that the plan has for an extent. */
  long spaceWord(long extent) {
    return space.space().word((int) (extent >>> 6));
  }

  /** Writes all trees that the plan changes, those of layers first, and returns the roots. */
  Map<TreeKey.Kind, TreeRoot> write(TreeRewrite trees) throws IOException {
    NavigableMap<Long, Long> slots = new TreeMap<>(words(TreeKey.Kind.LAYERS));
    for (LayerImage layer : image.layers.values()) {
      writeLayer(layer, trees, slots);
    }
    if (!image.layers.containsKey(ORPHANS) && orphans > 0) {
      slots.put(LayerSlot.index(ORPHANS), (long) LayerSlot.State.RELEASED.ordinal());
      writeOrphans(TreeRoot.EMPTY, trees, slots);
    }
    Map<TreeKey.Kind, TreeRoot> roots = new HashMap<>();
    for (TreeKey.Kind kind : TreeKey.Kind.values()) {
      if (!kind.isPerLayer()) {
        boolean anew = kind == TreeKey.Kind.METADATA && newMetadataList;
        roots.put(
            kind,
            trees.write(
                TreeKey.of(kind),
                anew ? TreeRoot.EMPTY : image.root(kind),
                kind == TreeKey.Kind.LAYERS ? slots : words(kind)));
      }
    }
    return roots;
  }

  private void writeLayer(LayerImage layer, TreeRewrite trees, NavigableMap<Long, Long> slots)
      throws IOException {
    long index = LayerSlot.index(layer.id());
    TreeKey map = new TreeKey(TreeKey.Kind.MAP, layer.id());
    SpaceAudit.Counts counts = space.counts(layer.id());
    slots.put(index + LayerSlot.MAP_ROOT, trees.write(map, layer.map(), words(map)).encode());
    slots.put(index + LayerSlot.OWNED_EXTENTS, counts.owned());
    if (layer.id() == ORPHANS) {
      writeOrphans(layer.dropped(), trees, slots);
      return;
    }
    TreeKey dropped = new TreeKey(TreeKey.Kind.DROPPED, layer.id());
    slots.put(
        index + LayerSlot.DROPPED_ROOT,
        trees.write(dropped, layer.dropped(), words(dropped)).encode());
    slots.put(
        index + LayerSlot.DROPPED_EXTENTS,
        counts.dropped() - forgotten.getOrDefault(layer.id(), 0L));
    slots.put(index + LayerSlot.DROPPED_END, counts.droppedEnd());
  }

  private void writeOrphans(TreeRoot old, TreeRewrite trees, NavigableMap<Long, Long> slots)
      throws IOException {
    long index = LayerSlot.index(ORPHANS);
    TreeRoot root = trees.write(ORPHANS_DROPPED, old, words(ORPHANS_DROPPED));
    slots.put(index + LayerSlot.DROPPED_ROOT, root.encode());
    slots.put(index + LayerSlot.DROPPED_EXTENTS, orphans);
    slots.put(index + LayerSlot.DROPPED_END, orphans == 0 ? 0 : orphansEnd);
  }

  private NavigableMap<Long, Long> words(TreeKey key) {
    return words.computeIfAbsent(key, k -> new TreeMap<>());
  }

  private NavigableMap<Long, Long> words(TreeKey.Kind kind) {
    return words(TreeKey.of(kind));
  }

  private void set(TreeKey.Kind kind, long index, long word) {
    words(kind).put(index, word);
  }

  private boolean isDense() {
    long next = 0;
    for (Map.Entry<Long, Long> entry : image.metadataExtents.entrySet()) {
      if (entry.getKey() != next++ || isOutside(entry.getValue())) {
        return false;
      }
    }
    return true;
  }

  private boolean isOutside(long extent) {
    return extent < image.firstExtent || extent >= image.capacityExtents;
  }

  /** The next opening distrusts only what takes writes, and this no longer does. */
  private void planRelease(LayerImage layer) {
    long[] slot = layer.slot().asSuspect().withState(LayerSlot.State.RELEASED).encode();
    for (int word = 0; word < slot.length; word++) {
      set(TreeKey.Kind.LAYERS, LayerSlot.index(layer.id()) + word, slot[word]);
    }
  }

  /** Whether there is anything that the next opening is to scrub as nobody's. */
  boolean hasOrphans() {
    return orphans > 0;
  }

  /** What cannot be told of DROPPED is scrubbed as nobody's: no erase is to speak for it. */
  private void planClaims() {
    for (TreeScan.Damage damage : image.damages()) {
      LayerImage layer = image.layers.get(damage.key().layer());
      if (damage.key().kind() == TreeKey.Kind.DROPPED && layer != null) {
        planClaim(image.volumes.get(layer.slot().volume()));
      }
    }
    if (image.journalEnd.unread()) {
      // What a lost commit had reserved is in no tree, and may have been written.
      image.volumes.values().forEach(this::planClaimAfterLoss);
    }
  }

  /** Also of a volume whose erase has ended: the use of it since may be lost. */
  private void planClaimAfterLoss(VolumeImage volume) {
    VolumeSlot slot = volume.slot();
    LayerImage top = image.layers.get(slot.topLayer());
    if (top == null || top.slot().state() != LayerSlot.State.WRITABLE) {
      return;
    }
    if (!slot.erase().hasEnded()) {
      planClaim(volume);
      return;
    }
    long[] before = slot.encode();
    long[] distrusted = slot.erasing(slot.state(), VolumeSlot.Erase.NONE.leftElsewhere()).encode();
    for (int word = 0; word < VolumeSlot.WORDS; word++) {
      if (distrusted[word] != before[word]) {
        set(TreeKey.Kind.VOLUMES, VolumeSlot.index(volume.id()) + word, distrusted[word]);
      }
    }
  }

  private void planClaim(VolumeImage volume) {
    if (volume != null && !volume.slot().erase().hasEnded()) {
      long index = VolumeSlot.index(volume.id()) + VolumeSlot.ERASE_TERMS;
      long terms = volume.slot().encode()[VolumeSlot.ERASE_TERMS];
      long corrected = words(TreeKey.Kind.VOLUMES).getOrDefault(index, terms);
      set(TreeKey.Kind.VOLUMES, index, corrected | VolumeSlot.ELSEWHERE);
    }
  }

  /** Metadata lies where a page was found, and where the list says. */
  private void planMetadata() {
    metadataEnd = image.metadataEnd();
    if (!newMetadataList) {
      return;
    }
    Set<Long> extents = new HashSet<>(image.metadataExtents.values());
    extents.removeIf(this::isOutside);
    extents.addAll(image.livePages().keySet());
    words(TreeKey.Kind.METADATA).clear();
    metadataEnd = 0;
    for (long extent : extents) {
      set(TreeKey.Kind.METADATA, metadataEnd++, extent);
    }
  }

  /** Entries that name nothing of the pool are forgotten. */
  private void planDropped() {
    for (LayerImage layer : image.layers.values()) {
      TreeKey key = new TreeKey(TreeKey.Kind.DROPPED, layer.id());
      image.scan(
          layer,
          TreeKey.Kind.DROPPED,
          (index, stored, word) -> {
            if (MapEntry.extent(word) != 0 && isOutside(MapEntry.extent(word))) {
              words(key).put(index, 0L);
              forgotten.merge(layer.id(), 1L, Long::sum);
            }
          });
    }
  }

  private void planOrphans() {
    SpaceAudit.Counts before = space.counts(ORPHANS);
    orphans = before == null ? 0 : before.dropped() - forgotten.getOrDefault(ORPHANS, 0L);
    orphansEnd = before == null ? 0 : before.droppedEnd();
    orphansBefore = orphansEnd;
    for (int word = 0; word < space.space().words(); word++) {
      long leaked = space.space().word(word) & ~space.reserved().word(word);
      long unowned = (leaked | space.written().word(word)) & ~space.owned().word(word);
      for (long bits = unowned; bits != 0; bits &= bits - 1) {
        long extent = ((long) word << 6) + Long.numberOfTrailingZeros(bits);
        if (!isOutside(extent)) {
          words(ORPHANS_DROPPED).put(orphansEnd++, MapEntry.of(extent, PoolLayout.FULL_MASK));
          orphans++;
          boolean ignored = space.owned().add(extent);
        }
      }
    }
  }

  /** The bits of space, as the owners say: those that are on the device already cost nothing. */
  private void planSpace() {
    for (int word = 0; word < space.space().words(); word++) {
      long owned = space.owned().word(word);
      long reserved = space.reserved().word(word) & ~owned;
      if (isLost(TreeKey.Kind.RESERVED, word) || reserved != space.reserved().word(word)) {
        set(TreeKey.Kind.RESERVED, word, reserved);
      }
      if (isLost(TreeKey.Kind.SPACE, word) || space.space().word(word) != (owned | reserved)) {
        set(TreeKey.Kind.SPACE, word, owned | reserved);
        space.space().set(word, owned | reserved);
      }
    }
    for (TreeKey.Kind kind : new TreeKey.Kind[] {TreeKey.Kind.SPACE, TreeKey.Kind.RESERVED}) {
      image.scan(
          kind,
          (index, stored, word) -> {
            if (index >= space.space().words()) {
              set(kind, index, 0);
            }
          });
    }
  }

  private boolean isLost(TreeKey.Kind kind, long word) {
    for (TreeScan.Damage damage : image.damages(TreeKey.of(kind))) {
      if (word >= damage.first() && word - damage.first() < damage.words()) {
        return true;
      }
    }
    return false;
  }

  private void planGlobals() {
    long layer = image.layers.isEmpty() ? 1 : image.layers.lastKey() + 1;
    long volume = image.volumes.isEmpty() ? 1 : image.volumes.lastKey() + 1;
    for (LayerImage each : image.layers.values()) {
      volume = Math.max(volume, each.slot().volume() + 1);
    }
    boolean lost = image.isDamaged(TreeKey.Kind.GLOBALS);
    if (lost || image.nextLayer < layer) {
      words(TreeKey.Kind.GLOBALS).merge((long) Globals.NEXT_LAYER, layer, Math::max);
    }
    if (lost || image.nextVolume < volume) {
      words(TreeKey.Kind.GLOBALS).merge((long) Globals.NEXT_VOLUME, volume, Math::max);
    }
  }
}

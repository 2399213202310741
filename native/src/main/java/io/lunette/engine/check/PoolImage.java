/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.RawDevice;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.format.Globals;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreeRoot;
import io.lunette.engine.format.VolumeSlot;
import io.lunette.engine.journal.JournalReader;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.IntToLongFunction;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * A pool as its device tells it: the trees of the newest sound superblock with the journal laid
 * over them in memory. What cannot be read is a problem, and the rest is read nevertheless.
 */
final class PoolImage {

  /** A layer and where the last checkpoint has its trees; counters are the checkpoint's too. */
  record LayerImage(
      long id,
      LayerSlot slot,
      TreeRoot map,
      TreeRoot dropped,
      long storedOwned,
      long storedDropped,
      long storedDroppedEnd) {

    String place() {
      return "layer " + id;
    }
  }

  /** A volume. */
  record VolumeImage(long id, VolumeSlot slot) {

    String place() {
      return "volume " + slot.name() + " (" + id + ")";
    }
  }

  final Superblock superblock;
  final long firstExtent;
  final long capacityExtents;
  final Set<PoolProblem> problems;
  final TreeMap<Long, LayerImage> layers = new TreeMap<>();
  final TreeMap<Long, VolumeImage> volumes = new TreeMap<>();

  /** Extents of metadata by their index in METADATA. */
  final TreeMap<Long, Long> metadataExtents = new TreeMap<>();

  /**
   * Slots, as the last checkpoint has them, of layers that the journal removed. Until another
   * checkpoint drops the journal, every opening goes through the trees of those of which it set
   * words before.
   */
  private final TreeMap<Long, long[]> removed = new TreeMap<>();

  /** Whether every commit could be read. */
  boolean journalIsWhole = true;

  private boolean readAllSlots = true;

  /** Layers in use that no volume reads. */
  private Set<LayerImage> unread = Set.of();

  long nextLayer;
  long nextVolume;
  JournalReader.End journalEnd;
  boolean journalUnfinished;
  int journalPagesUnread;

  private final RawDevice device;
  private final PageCopies copies;
  private final TreeScan scan;
  private final Set<TreeScan.Damage> damages = new LinkedHashSet<>();
  private final Losses losses = new Losses(this);
  private final Map<TreeKey, TreeMap<Long, Long>> replayed = new HashMap<>();

  /** Words of RESERVED of a commit that is dropped: what they stand for may have been written. */
  private final TreeMap<Long, Long> reservedInVain = new TreeMap<>();

  /** Words that a repair sets, by their tree. */
  private final Map<TreeKey.Kind, TreeMap<Long, Long>> corrections =
      new EnumMap<>(TreeKey.Kind.class);

  /** Reads everything but the maps. */
  PoolImage(RawDevice device, Superblock superblock, Set<PoolProblem> problems) {
    this.device = device;
    this.superblock = superblock;
    this.problems = problems;
    this.firstExtent = superblock.journalExtent() + superblock.journalExtents();
    this.capacityExtents = superblock.capacityBytes() / PoolLayout.EXTENT_BYTES;
    this.copies = new PageCopies(device, superblock.generation(), problems::add);
    this.scan = new TreeScan(copies, this::damaged);
    if (superblock.capacityBytes() > device.sizeBytes()) {
      problem(
          device.identity(),
          "truncated: the pool has "
              + superblock.capacityBytes()
              + " bytes, the device "
              + device.sizeBytes());
    }
    replayJournal();
    readSlots();
    scan(
        TreeKey.Kind.METADATA,
        (index, stored, word) -> {
          if (word != 0) {
            metadataExtents.put(index, word);
          }
        });
    if (!isDamaged(TreeKey.Kind.METADATA)) {
      scan.onlyIn(new HashSet<>(metadataExtents.values()));
    }
    scanRemoved();
  }

  /** Notes what only a backup mends. */
  void problem(String place, String what) {
    problems.add(PoolProblem.beyondRepair(place, what));
  }

  /** Notes what can be mended, and how. */
  void problem(String place, String what, String repair) {
    problems.add(new PoolProblem(place, what, repair));
  }

  /** Notes what a word must be to agree with the others. */
  void correct(TreeKey.Kind kind, long index, long word) {
    corrections.computeIfAbsent(kind, k -> new TreeMap<>()).put(index, word);
  }

  /** {@link #correct} of the words of a slot from its first one on. */
  void correct(TreeKey.Kind kind, long index, long[] words) {
    for (int word = 0; word < words.length; word++) {
      correct(kind, index + word, words[word]);
    }
  }

  /** Words that a repair sets, by their tree. */
  Map<TreeKey.Kind, TreeMap<Long, Long>> corrections() {
    return corrections;
  }

  /** Words of RESERVED of a commit that is dropped. */
  NavigableMap<Long, Long> reservedInVain() {
    return reservedInVain;
  }

  Losses losses() {
    return losses;
  }

  private void damaged(TreeScan.Damage damage) {
    if (removed.containsKey(damage.key().layer())) {
      problem(damage.place(), damage.what(), "dropped with the journal by a checkpoint");
      return;
    }
    damages.add(damage);
    switch (damage.key().kind()) {
      case MAP -> {
        if (isGivenUp(damage.key())) {
          problem(
              damage.place(), damage.what(), "forgotten; extents that nothing names become dirty");
        } else {
          problem(
              damage.place(),
              damage.what()
                  + "; "
                  + losses.of(damage.key().layer(), damage.first(), damage.words()));
        }
      }
      case VOLUMES, LAYERS -> problem(damage.place(), damage.what());
      case SPACE, RESERVED, METADATA, DROPPED ->
          problem(
              damage.place(),
              damage.what(),
              "written anew from the maps; extents that nothing names become dirty");
      case GLOBALS ->
          problem(damage.place(), damage.what(), "written anew from volumes and layers");
    }
  }

  /** Whether a page of a tree of that kind could not be read. */
  boolean isDamaged(TreeKey.Kind kind) {
    return damages.stream().anyMatch(damage -> damage.key().kind() == kind);
  }

  /** All pages that could not be read. */
  Set<TreeScan.Damage> damages() {
    return damages;
  }

  /** The pages of a tree that could not be read. */
  List<TreeScan.Damage> damages(TreeKey key) {
    return damages.stream().filter(damage -> damage.key().equals(key)).toList();
  }

  /** Takes a volume for deleted by the last commit. */
  void giveUp(String name) throws VolumeException {
    VolumeImage volume =
        volumes.values().stream()
            .filter(found -> found.slot().name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new VolumeException(
                        VolumeException.Kind.NOT_FOUND, "no volume '" + name + "'"));
    volumes.remove(volume.id());
    TreeMap<Long, Long> words =
        replayed.computeIfAbsent(TreeKey.of(TreeKey.Kind.VOLUMES), key -> new TreeMap<>());
    for (int word = 0; word < VolumeSlot.WORDS; word++) {
      words.put(VolumeSlot.index(volume.id()) + word, 0L);
    }
    correct(TreeKey.Kind.VOLUMES, VolumeSlot.index(volume.id()), new long[VolumeSlot.WORDS]);
  }

  void setUnread(Set<LayerImage> layersInUse) {
    unread = layersInUse;
  }

  /** Whether a map only tells what is to be scrubbed, of which no erase is to tell. */
  private boolean isGivenUp(TreeKey map) {
    LayerImage layer = layers.get(map.layer());
    return !isKept(layer) && !volumes.containsKey(layer.slot().volume());
  }

  /** Whether a volume reads a layer, as far as the volumes are known. */
  boolean isKept(LayerImage layer) {
    return layer.slot().state() != LayerSlot.State.RELEASED && !unread.contains(layer);
  }

  /** Whether all that could own an extent, but for what waits for its scrub, was read. */
  boolean knowsOwners() {
    return !isDamaged(TreeKey.Kind.LAYERS)
        && damages.stream()
            .map(TreeScan.Damage::key)
            .allMatch(key -> key.kind() != TreeKey.Kind.MAP || isGivenUp(key));
  }

  /** Whether every volume and every layer was read, and all commits that there are of them. */
  boolean knowsReaders() {
    return journalIsWhole
        && readAllSlots
        && !isDamaged(TreeKey.Kind.VOLUMES)
        && !isDamaged(TreeKey.Kind.LAYERS);
  }

  /**
   * Writes every page or copy that is damaged anew from the one that is sound.
   *
   * @param mayWrite tells of an extent whether it is certain to hold pages
   */
  void mendCopies(LongPredicate mayWrite) throws IOException {
    copies.mend(mayWrite);
  }

  long pages() {
    return scan.pages();
  }

  /** Extents with sound pages that the trees refer to, and a mask of which. */
  Map<Long, Integer> livePages() {
    return scan.found();
  }

  /** Index behind the last entry of METADATA that could be read. */
  long metadataEnd() {
    return metadataExtents.isEmpty() ? 0 : metadataExtents.lastKey() + 1;
  }

  /** Where the last checkpoint has a tree of which the pool has one. */
  TreeRoot root(TreeKey.Kind kind) {
    return superblock.roots().getOrDefault(kind, TreeRoot.EMPTY);
  }

  /** Goes through a tree of which the pool has one. */
  void scan(TreeKey.Kind kind, TreeScan.Visitor visitor) {
    TreeKey key = TreeKey.of(kind);
    scan.run(key, root(kind), overlay(key), visitor);
  }

  /** Goes through the map of a layer, or what it dropped. */
  void scan(LayerImage layer, TreeKey.Kind kind, TreeScan.Visitor visitor) {
    TreeKey key = new TreeKey(kind, layer.id);
    TreeRoot root = kind == TreeKey.Kind.MAP ? layer.map : layer.dropped;
    scan.run(key, root, overlay(key), visitor);
  }

  private void scanRemoved() {
    for (TreeKey key : overlaid()) {
      if (key.kind().isPerLayer() && removed.containsKey(key.layer())) {
        scanRemoved(key.layer());
      }
    }
  }

  /** Both trees, of whichever of them the journal set words: a replay gives up both. */
  private void scanRemoved(long layer) {
    long[] slot = removed.get(layer);
    scanStored(TreeKey.Kind.MAP, layer, slot[LayerSlot.MAP_ROOT]);
    scanStored(TreeKey.Kind.DROPPED, layer, slot[LayerSlot.DROPPED_ROOT]);
  }

  private void scanStored(TreeKey.Kind kind, long layer, long root) {
    scan.run(
        new TreeKey(kind, layer),
        TreeRoot.decode(root),
        new TreeMap<>(),
        (index, stored, word) -> {});
  }

  /** What the journal set in a tree. */
  TreeMap<Long, Long> overlay(TreeKey key) {
    return replayed.getOrDefault(key, new TreeMap<>());
  }

  /** Trees that the journal set words of. */
  Set<TreeKey> overlaid() {
    return replayed.keySet();
  }

  /** Whether nothing came after the superblock, as it says if it says so of itself. */
  boolean wasClosedCleanly() {
    return journalEnd.groups() == 0 && !journalEnd.unread();
  }

  private void replayJournal() {
    journalEnd = JournalReader.End.at(superblock.journalTail(), superblock.journalSequence());
    JournalReader reader =
        new JournalReader(
            device, superblock.journalExtent(), superblock.journalExtents(), superblock.pool());
    try {
      journalEnd =
          reader.replay(
              superblock.journalTail(),
              superblock.journalSequence(),
              (key, index, word) ->
                  replayed
                      .computeIfAbsent(TreeKey.decode(key), k -> new TreeMap<>())
                      .put(index, word),
              (key, index, word) -> {
                if (TreeKey.decode(key).kind() == TreeKey.Kind.RESERVED) {
                  reservedInVain.put(index, word);
                }
              });
      journalUnfinished = reader.isUnfinishedAt(journalEnd);
      journalPagesUnread = reader.unreadablePages();
    } catch (IOException e) {
      journalIsWhole = false;
      problem(
          "journal from byte " + superblock.journalExtent() * PoolLayout.EXTENT_BYTES,
          e.getMessage());
    }
  }

  private void readSlots() {
    scan(
        TreeKey.Kind.GLOBALS,
        (index, stored, word) -> {
          nextLayer = index == Globals.NEXT_LAYER ? word : nextLayer;
          nextVolume = index == Globals.NEXT_VOLUME ? word : nextVolume;
          if (index > Globals.NEXT_VOLUME) {
            requireNamed(
                TreeKey.Kind.GLOBALS, index, word, 0, () -> "word " + index + " of GLOBALS");
          }
        });
    if (isDamaged(TreeKey.Kind.GLOBALS)) {
      nextLayer = Long.MAX_VALUE;
      nextVolume = Long.MAX_VALUE;
    }
    slots(
        TreeKey.Kind.LAYERS,
        LayerSlot.WORDS,
        LayerSlot::namedBits,
        this::addLayer,
        (id, stored) -> removed.put(id, stored.clone()));
    slots(
        TreeKey.Kind.VOLUMES,
        VolumeSlot.WORDS,
        VolumeSlot::namedBits,
        (id, stored, words) -> volumes.put(id, new VolumeImage(id, VolumeSlot.decode(words))),
        (id, stored) -> {});
  }

  private void addLayer(long id, long[] stored, long[] words) throws IOException {
    LayerSlot slot = LayerSlot.decode(words);
    if (slot.state() == LayerSlot.State.ABSENT) {
      removed.put(id, stored.clone());
    } else {
      layers.put(
          id,
          new LayerImage(
              id,
              slot,
              TreeRoot.decode(stored[LayerSlot.MAP_ROOT]),
              TreeRoot.decode(stored[LayerSlot.DROPPED_ROOT]),
              stored[LayerSlot.OWNED_EXTENTS],
              stored[LayerSlot.DROPPED_EXTENTS],
              stored[LayerSlot.DROPPED_END]));
    }
  }

  /** Notes bits of a word that mean nothing. */
  void requireNamed(TreeKey.Kind kind, long index, long word, long named, Supplier<String> place) {
    if ((word & ~named) != 0) {
      problem(place.get(), "has bits that mean nothing and must be zero", "cleared");
      correct(kind, index, word & named);
    }
  }

  private void slots(
      TreeKey.Kind kind,
      int slotWords,
      IntToLongFunction namedBits,
      SlotScan.Reader reader,
      BiConsumer<Long, long[]> onRemoved) {
    SlotScan slots = new SlotScan(this, kind, slotWords, namedBits, reader, onRemoved);
    scan(kind, slots);
    slots.end();
  }

  /** Notes a slot that holds something nobody knows. */
  void slotIsDamaged(String place, String what) {
    readAllSlots = false;
    problem(place, what);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Where the records of keys lie: extents in pairs, each record at the same place of both. The layer
 * of keys maps pair n as logical extents 2n and 2n+1. Guarded by the lock of {@link KeyTable}.
 */
final class KeyArea {

  private static final int COPIES = 2;

  private final RawDevice device;
  private final LayerDevice path;
  private final AsideFlush flush;
  private final LongSupplier durableCommit;
  private final UUID pool;
  private final ByteBuffer page = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
  private final ByteBuffer found = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);

  /** Two for each pair. */
  private final List<Long> extents = new ArrayList<>();

  /** By place; null where none is. */
  private final List<DataKey> keys = new ArrayList<>();

  private int used;
  private int searchFrom;

  /** Pages where anything but zeroes may lie. */
  private final SortedSet<Integer> usedPages = new TreeSet<>();

  /** Of each copy those pages that lack what the other has. */
  private final List<SortedSet<Integer>> worn = List.of(new TreeSet<>(), new TreeSet<>());

  /** Pages whose second copy was written, and may be under way until the next flush. */
  private final Set<Integer> underWay = new HashSet<>();

  /** The commit that is durable only when all of them are. */
  private long landing = Long.MAX_VALUE;

  /** Pages of which it is not known whether they hold what they should. */
  private final SortedSet<Integer> unsettled = new TreeSet<>();

  /** Pages with records that neither copy tells, for one is not read. What they hold stays. */
  private final SortedSet<Integer> unread = new TreeSet<>();

  /** Pages of which the device read one copy, and that tells what is to be there. */
  private final SortedSet<Integer> halfRead = new TreeSet<>();

  private final KeyEpochs epochs = new KeyEpochs(unread);

  /** By place, what either copy has there that is read and means nothing. That stays as well. */
  private final SortedMap<Integer, List<byte[]>> damaged = new TreeMap<>();

  KeyArea(Pool pool) {
    this.device = pool.device;
    this.path = pool.path.device();
    this.flush = pool.flush;
    this.durableCommit = pool.log::durableCommit;
    this.pool = pool.uuid;
  }

  /**
   * Reads all records, each from its second copy if the first is not sound.
   *
   * @param named keys that layers are read by
   * @param opens whether the key file has the key that a record is wrapped by
   */
  List<KeySlot> read(Layer layer, Set<Long> named, Predicate<KeySlot> opens) throws IOException {
    List<KeySlot> slots = new ArrayList<>();
    KeyStrays strays = new KeyStrays(slots, worn, damaged);
    KeyEpochs.Opening opening = new KeyEpochs.Opening(named, opens);
    for (long at = layer.map.nextNonZero(0); at >= 0; at = layer.map.nextNonZero(at + 1)) {
      requirePlace(at == extents.size());
      extents.add(MapEntry.extent(layer.map.get(at)));
    }
    requirePlace(extents.size() % 2 == 0);
    for (int pair = 0; pair < extents.size() / 2; pair++) {
      KeyCopy first = KeyCopy.read(device, pool, extents.get(2 * pair));
      KeyCopy second = KeyCopy.read(device, pool, extents.get(2 * pair + 1));
      for (int i = 0; i < KeySlot.PER_EXTENT; i++) {
        slots.add(compare(pair * KeySlot.PER_EXTENT + i, i, first, second, strays, opening));
        keys.add(null);
      }
    }
    strays.settle(named, opens);
    strays.keepOneOfEach();
    return slots;
  }

  /** The record of a place, whose index in both copies that is; null if there is none. */
  private KeySlot compare(
      int place,
      int index,
      KeyCopy first,
      KeyCopy second,
      KeyStrays strays,
      KeyEpochs.Opening opening) {
    int number = place / KeySlot.PER_PAGE;
    if (!first.reads(index) || !second.reads(index)) {
      epochs.mayBeApart(Set.of(number));
    }
    boolean isFirstTold = first.tells(index);
    boolean isSecondTold = second.tells(index);
    if (!isFirstTold || !isSecondTold) {
      usedPages.add(number);
    }
    if (isFirstTold != isSecondTold) {
      worn.get(isFirstTold ? 1 : 0).add(number);
      if (!first.reads(index) || !second.reads(index)) {
        halfRead.add(number);
      }
    } else if (!isFirstTold && first.reads(index) && second.reads(index)) {
      damaged.put(place, List.of(first.damaged().get(index), second.damaged().get(index)));
    } else if (!isFirstTold) {
      unread.add(number);
    }
    KeySlot one = first.slots().get(index);
    KeySlot two = second.slots().get(index);
    if (one != null && two != null && one.id() != two.id()) {
      usedPages.add(number);
      strays.dispute(place, one, two);
      return null;
    }
    return better(number, one, two, opening);
  }

  /** Takes records that are read and mean nothing for places without one: no layer needs them. */
  void forgetDamaged() {
    for (int number : pages(damaged.keySet())) {
      worn.forEach(copy -> copy.add(number));
    }
    damaged.clear();
  }

  /** A key that is in no copy that was read may be in one that was not: what they hold stays. */
  void leaveHalfRead() {
    unread.addAll(halfRead);
  }

  KeyEpochs epochs() {
    return epochs;
  }

  /** Records of another pair, taken for a second copy, would be written over. */
  private void requirePlace(boolean isPaired) throws FormatException {
    if (!isPaired) {
      throw new FormatException(
          device.identity() + ": an extent of keys' records is missing; run 'lunette pool check'");
    }
  }

  /** A record that the other copy lacks is one whose making, or erasing, was cut short. */
  private KeySlot better(int number, KeySlot first, KeySlot second, KeyEpochs.Opening opening) {
    if (first == null && second == null) {
      return null;
    }
    usedPages.add(number);
    if (first == null || second == null) {
      worn.get(first == null ? 0 : 1).add(number);
      return first == null ? second : first;
    }
    if (first.epoch() == second.epoch()) {
      return first;
    }
    boolean isSecond = epochs.isSecond(number, first, second, opening);
    worn.get(isSecond ? 0 : 1).add(number);
    return isSecond ? second : first;
  }

  /**
   * Whether there may be records in pages that could be read from neither copy. Which those are is
   * not known, so nothing may be erased, or written anew, on the ground that no layer names it, or
   * that no key lies there.
   */
  boolean isAnyUnread() {
    return !unread.isEmpty();
  }

  /** That there are records which neither copy tells, a line for people, or null. */
  String untold() {
    SortedSet<Integer> untold = pages(damaged.keySet());
    untold.addAll(unread);
    if (untold.isEmpty()) {
      return null;
    }
    int others = untold.size() - 1;
    return device.identity()
        + ": records of keys cannot be read, or are damaged, at byte "
        + offset(untold.first(), 0)
        + ", copy "
        + offset(untold.first(), 1)
        + (others == 0 ? "" : ", and " + others + " pages more")
        + ": they are left as they are; open the pool again when the device has them, or delete"
        + " the volumes that need them and run 'lunette pool check --repair'";
  }

  /**
   * Throws if one of these places lies in a page whose copies stay as they are.
   *
   * @param why what to say then
   * @throws DeviceException that says so
   */
  void requireRead(SortedSet<Integer> places, String why) throws DeviceException {
    for (int number : pages(places)) {
      if (unread.contains(number)) {
        throw new DeviceException(why);
      }
    }
  }

  /** Takes a pair of extents that are zero; with the lock of the metadata held. */
  void add(Metadata metadata, Layer layer, long first, long second) throws IOException {
    for (long extent : new long[] {first, second}) {
      metadata.set(layer.map, extents.size(), MapEntry.of(extent, PoolLayout.FULL_MASK));
      metadata.space.settle(extent);
      extents.add(extent);
    }
    for (int i = 0; i < KeySlot.PER_EXTENT; i++) {
      keys.add(null);
    }
  }

  /** Places where no key is, nor what may be made one again. */
  int free() {
    return keys.size() - used - damaged.size();
  }

  /** One of them. */
  int nextFree() {
    while (keys.get(searchFrom) != null || damaged.containsKey(searchFrom)) {
      searchFrom = (searchFrom + 1) % keys.size();
    }
    return searchFrom;
  }

  void put(DataKey key) {
    keys.set(key.place(), key);
    used++;
  }

  void remove(DataKey key) {
    keys.set(key.place(), null);
    used--;
  }

  /** Whether there is no key, and none that may be read another time. */
  boolean isEmpty() {
    return used == 0 && unread.isEmpty() && damaged.isEmpty();
  }

  /** All keys. */
  List<DataKey> keys() {
    return keys.stream().filter(key -> key != null).toList();
  }

  /** Whether somebody shares a page of these places: what is overwritten there stays. */
  boolean isShared(SortedSet<Integer> places) throws DeviceException {
    for (int number : pages(places)) {
      for (int copy = 0; copy < COPIES; copy++) {
        if (device.isShared(offset(number, copy), PoolLayout.PAGE_BYTES)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Writes the pages of these places, both copies; what then follows makes the second durable. */
  void write(SortedSet<Integer> places) throws IOException {
    SortedSet<Integer> pages = pages(places);
    SortedSet<Integer> before = new TreeSet<>(unsettled);
    unsettled.addAll(pages);
    writeBoth(pages);
    // What was to be settled before is not, for nobody has read it back.
    unsettled.removeIf(page -> pages.contains(page) && !before.contains(page));
  }

  /** Says that all that was written before this call is durable when that commit is. */
  void landsWith(long commit) {
    landing = commit;
  }

  /**
   * Writes the pages of these places durably and reads them back.
   *
   * @throws DeviceException if anything but what was written is there
   */
  void settle(SortedSet<Integer> places) throws IOException {
    settlePages(pages(places));
  }

  /** {@link #settle} of every page where anything ever was. */
  void settleAll() throws IOException {
    epochs.mayBeApart(usedPages);
    settlePages(new TreeSet<>(usedPages));
  }

  private void settlePages(SortedSet<Integer> pages) throws IOException {
    unsettled.addAll(pages);
    writeBoth(pages);
    flush();
    verify(pages);
    unsettled.removeAll(pages);
    epochs.areAlike(pages);
  }

  /** Those of these places whose pages may hold something else than they should. */
  SortedSet<Integer> unsettled(SortedSet<Integer> places) {
    SortedSet<Integer> found = new TreeSet<>(places);
    found.removeIf(place -> !unsettled.contains(place / KeySlot.PER_PAGE));
    return found;
  }

  /** Writes the pages that were not alike when they were read, of that copy which was the worse. */
  void repair() throws IOException {
    for (int copy = 0; copy < COPIES; copy++) {
      if (!worn.get(copy).isEmpty()) {
        writePages(worn.get(copy), copy);
        flush();
      }
    }
    worn.forEach(epochs::areAlike);
  }

  /**
   * One copy durably before the other is begun: a device may read neither the old nor the new of
   * what was under way when its power went, and the keys of many volumes lie in one page. The
   * second that was written last may be, for the flush that follows it is another's.
   */
  private void writeBoth(SortedSet<Integer> pages) throws IOException {
    usedPages.addAll(pages);
    if (!Collections.disjoint(underWay, pages) && durableCommit.getAsLong() < landing) {
      flush();
    }
    writePages(pages, 0);
    flush();
    landing = Long.MAX_VALUE;
    underWay.addAll(pages);
    writePages(pages, 1);
  }

  private void flush() throws IOException {
    flush.flush();
    underWay.clear();
  }

  private void verify(SortedSet<Integer> pages) throws IOException {
    for (int number : pages) {
      for (int copy = 0; copy < COPIES; copy++) {
        fill(number, copy);
        device.readBack(offset(number, copy), found.clear());
        if (found.mismatch(page) >= 0) {
          throw new DeviceException(
              device.identity() + ": the records of keys are not what was written");
        }
      }
    }
  }

  private void writePages(SortedSet<Integer> pages, int copy) throws IOException {
    for (int number : pages) {
      fill(number, copy);
      path.write(null, offset(number, copy), page);
    }
  }

  private void fill(int number, int copy) {
    page.clear();
    for (int i = 0; i < PoolLayout.PAGE_BYTES; i += Long.BYTES) {
      page.putLong(i, 0);
    }
    for (int i = 0; i < KeySlot.PER_PAGE; i++) {
      DataKey key = keys.get(number * KeySlot.PER_PAGE + i);
      KeySlot slot = key == null ? null : key.record();
      if (slot != null) {
        slot.encode(page, i * KeySlot.BYTES);
      }
    }
    int first = number * KeySlot.PER_PAGE;
    damaged
        .subMap(first, first + KeySlot.PER_PAGE)
        .forEach((place, bytes) -> page.put((place - first) * KeySlot.BYTES, bytes.get(copy)));
  }

  private long offset(int number, int copy) {
    int pair = number / PoolLayout.PAGES_PER_EXTENT;
    long inExtent = (long) (number % PoolLayout.PAGES_PER_EXTENT) * PoolLayout.PAGE_BYTES;
    return extents.get(2 * pair + copy) * PoolLayout.EXTENT_BYTES + inExtent;
  }

  private static SortedSet<Integer> pages(Collection<Integer> places) {
    SortedSet<Integer> pages = new TreeSet<>();
    places.forEach(place -> pages.add(place / KeySlot.PER_PAGE));
    return pages;
  }
}

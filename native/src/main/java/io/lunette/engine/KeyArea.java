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
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Where the records of keys lie: extents in pairs, each record at the same place of both. The layer
 * of keys maps pair n as logical extents 2n and 2n+1. Guarded by the lock of {@link KeyTable}.
 */
final class KeyArea {

  private static final int COPIES = 2;

  private final RawDevice device;
  private final LayerDevice path;
  private final AsideFlush flush;
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

  /** Pages of which it is not known whether they hold what they should. */
  private final SortedSet<Integer> unsettled = new TreeSet<>();

  /** Pages that have records which neither copy tells. What they hold stays. */
  private final SortedSet<Integer> unread = new TreeSet<>();

  /** Those of them that are read, and mean nothing. */
  private final Set<Integer> damaged = new HashSet<>();

  KeyArea(Pool pool) {
    this.device = pool.device;
    this.path = pool.path.device();
    this.flush = pool.flush;
    this.pool = pool.uuid;
  }

  /** Reads all records, each from its second copy if the first is not sound. */
  List<KeySlot> read(Layer layer) throws IOException {
    List<KeySlot> slots = new ArrayList<>();
    for (long at = layer.map.nextNonZero(0); at >= 0; at = layer.map.nextNonZero(at + 1)) {
      requirePlace(at == extents.size());
      extents.add(MapEntry.extent(layer.map.get(at)));
    }
    requirePlace(extents.size() % 2 == 0);
    for (int pair = 0; pair < extents.size() / 2; pair++) {
      Copy first = read(extents.get(2 * pair));
      Copy second = read(extents.get(2 * pair + 1));
      int firstPage = pair * PoolLayout.PAGES_PER_EXTENT;
      for (int i = 0; i < KeySlot.PER_EXTENT; i++) {
        int number = firstPage + i / KeySlot.PER_PAGE;
        slots.add(newer(number, first.slots.get(i), second.slots.get(i)));
        keys.add(null);
      }
      for (int i = 0; i < PoolLayout.PAGES_PER_EXTENT; i++) {
        note(firstPage + i, first.isSound(i), second.isSound(i));
      }
      first
          .unreadWith(second)
          .forEach(
              page -> {
                unread.add(firstPage + page);
                if (!first.unreadable.get(page) && !second.unreadable.get(page)) {
                  damaged.add(firstPage + page);
                }
              });
    }
    return slots;
  }

  /** Takes records that are read and mean nothing for places without one: no layer needs them. */
  void forgetDamaged() {
    unread.removeAll(damaged);
  }

  private void note(int number, boolean isFirstSound, boolean isSecondSound) {
    if (!isFirstSound) {
      worn.get(0).add(number);
    }
    if (!isSecondSound) {
      worn.get(1).add(number);
    }
    if (!isFirstSound || !isSecondSound) {
      usedPages.add(number);
    }
  }

  /** Records of another pair, taken for a second copy, would be written over. */
  private void requirePlace(boolean isPaired) throws FormatException {
    if (!isPaired) {
      throw new FormatException(
          device.identity() + ": an extent of keys' records is missing; run 'lunette pool check'");
    }
  }

  /**
   * One of two copies of an extent of records.
   *
   * @param unreadable pages that the device does not read
   * @param damaged records that are not what was written
   */
  private record Copy(List<KeySlot> slots, BitSet unreadable, BitSet damaged) {

    boolean isSound(int number) {
      int next = damaged.nextSetBit(number * KeySlot.PER_PAGE);
      return !unreadable.get(number) && (next < 0 || next / KeySlot.PER_PAGE > number);
    }

    private boolean tells(int record) {
      return !unreadable.get(record / KeySlot.PER_PAGE) && !damaged.get(record);
    }

    /** Pages with a record that neither copy tells. */
    IntStream unreadWith(Copy other) {
      return IntStream.range(0, KeySlot.PER_EXTENT)
          .filter(i -> !tells(i) && !other.tells(i))
          .map(i -> i / KeySlot.PER_PAGE);
    }
  }

  /** A record that the other copy lacks is one whose making, or erasing, was cut short. */
  private KeySlot newer(int number, KeySlot first, KeySlot second) {
    if (first != null || second != null) {
      usedPages.add(number);
    }
    long firstEpoch = first == null ? 0 : first.epoch();
    long secondEpoch = second == null ? 0 : second.epoch();
    if (firstEpoch != secondEpoch) {
      worn.get(firstEpoch < secondEpoch ? 0 : 1).add(number);
    }
    return secondEpoch > firstEpoch ? second : first;
  }

  private Copy read(long extent) {
    Copy copy = new Copy(new ArrayList<>(), new BitSet(), new BitSet());
    for (int number = 0; number < PoolLayout.PAGES_PER_EXTENT; number++) {
      try {
        long at = extent * PoolLayout.PAGES_PER_EXTENT + number;
        device.read(at * PoolLayout.PAGE_BYTES, page.clear());
      } catch (DeviceException e) {
        copy.unreadable.set(number);
      }
      for (int i = 0; i < KeySlot.PER_PAGE; i++) {
        int record = number * KeySlot.PER_PAGE + i;
        copy.slots.add(copy.unreadable.get(number) ? null : slotOf(i, record, copy.damaged));
      }
    }
    return copy;
  }

  private KeySlot slotOf(int index, int record, BitSet damaged) {
    try {
      return KeySlot.decode(page, index * KeySlot.BYTES, pool);
    } catch (FormatException e) {
      damaged.set(record);
      return null;
    }
  }

  /**
   * That there may be records which could be read from neither copy, a line for people, or null.
   * Which those are is not known, so nothing may be erased, or written anew, on the ground that no
   * layer names it, or that no key lies there.
   */
  String unread() {
    if (unread.isEmpty()) {
      return null;
    }
    int page = unread.first();
    int others = unread.size() - 1;
    return device.identity()
        + ": records of keys cannot be read, or are damaged, at byte "
        + offset(page, 0)
        + ", copy "
        + offset(page, 1)
        + (others == 0 ? "" : ", and " + others + " pages more")
        + ": they are left as they are; open the pool again when the device has them, or delete"
        + " the volumes that need them and run 'lunette pool check --repair'";
  }

  /**
   * Throws if one of these places lies in a page that has records which could not be read.
   *
   * @throws DeviceException that says so
   */
  void requireRead(SortedSet<Integer> places) throws DeviceException {
    for (int number : pages(places)) {
      if (unread.contains(number)) {
        throw new DeviceException(unread());
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

  /** Places where no key is. */
  int free() {
    return keys.size() - used;
  }

  /** One of them. */
  int nextFree() {
    while (keys.get(searchFrom) != null) {
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
    return used == 0 && unread.isEmpty();
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
    settlePages(new TreeSet<>(usedPages));
  }

  private void settlePages(SortedSet<Integer> pages) throws IOException {
    unsettled.addAll(pages);
    writeBoth(pages);
    flush();
    verify(pages);
    unsettled.removeAll(pages);
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
  }

  /**
   * One copy durably before the other is begun: a device may read neither the old nor the new of
   * what was under way when its power went, and the keys of many volumes lie in one page. The
   * second that was written last may be, for the flush that follows it is another's.
   */
  private void writeBoth(SortedSet<Integer> pages) throws IOException {
    usedPages.addAll(pages);
    if (!Collections.disjoint(underWay, pages)) {
      flush();
    }
    writePages(pages, 0);
    flush();
    underWay.addAll(pages);
    writePages(pages, 1);
  }

  private void flush() throws IOException {
    flush.flush();
    underWay.clear();
  }

  private void verify(SortedSet<Integer> pages) throws IOException {
    for (int number : pages) {
      fill(number);
      for (int copy = 0; copy < COPIES; copy++) {
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
      fill(number);
      path.write(null, offset(number, copy), page);
    }
  }

  private void fill(int number) {
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
  }

  private long offset(int number, int copy) {
    int pair = number / PoolLayout.PAGES_PER_EXTENT;
    long inExtent = (long) (number % PoolLayout.PAGES_PER_EXTENT) * PoolLayout.PAGE_BYTES;
    return extents.get(2 * pair + copy) * PoolLayout.EXTENT_BYTES + inExtent;
  }

  private static SortedSet<Integer> pages(SortedSet<Integer> places) {
    SortedSet<Integer> pages = new TreeSet<>();
    places.forEach(place -> pages.add(place / KeySlot.PER_PAGE));
    return pages;
  }
}

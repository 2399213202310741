/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.map.Cached;
import io.lunette.engine.map.PageCache;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What was seen through chains of frozen layers, kept so that a block is found by one look-up
 * however many layers lie below. All tops that lie on one layer share what is known of it, in pages
 * that live in the {@link PageCache} as those of maps do: where a long chain is read, its own pages
 * are looked at by nobody and go.
 *
 * <p>Frozen layers change only where a merge moves entries, under the write lock of {@link
 * Layer#moves}. It counts up a version of each page that it has touched, after the change, before
 * it lets go of the lock. A page is made under the version that was read before the first layer was
 * looked at, holds only as long as that is the version, and is kept only if neither a move nor the
 * taking out of a layer came between. So whoever finds a page that holds, in a look that no move
 * came between, has seen the layers as they are. Several pages share a version; more than need be
 * are made anew then.
 *
 * <p>Reads take no lock. A page that is pushed out of the table by another stays accounted for
 * until the hand of the cache has come by.
 */
final class ResolvedMaps {

  private static final int WAYS = 4;
  private static final int VERSIONS = 1024;
  private static final int LEAF_BYTES = 4096;

  private final PageCache cache;

  /** Sets of {@link #WAYS}. */
  private final AtomicReferenceArray<Kept> table;

  private final AtomicIntegerArray versions = new AtomicIntegerArray(VERSIONS);

  ResolvedMaps(PageCache cache) {
    this.cache = cache;
    long pages = Math.min(1 << 24, Math.max(WAYS, cache.budgetBytes() / LEAF_BYTES));
    this.table = new AtomicReferenceArray<>((int) Long.highestOneBit(pages));
  }

  /** A page in the table. */
  private final class Kept implements Cached {

    private final ResolvedPage page;
    private volatile boolean used = true;

    Kept(ResolvedPage page) {
      this.page = page;
    }

    @Override
    public int bytes() {
      return page.bytes();
    }

    @Override
    public boolean wasUsed() {
      boolean was = used;
      used = false;
      return was;
    }

    @Override
    public boolean evict() {
      int set = setOf(page.base(), page.number());
      for (int way = 0; way < WAYS; way++) {
        table.compareAndSet(set + way, this, null);
      }
      return true;
    }
  }

  /**
   * What shows through the chain that begins with a frozen layer, of the page with that logical
   * extent; null if it is not known. Makes no object and asks no device.
   */
  ResolvedPage find(Layer base, long logicalExtent) {
    long number = ResolvedPage.numberOf(logicalExtent);
    int version = versions.get(stripeOf(number));
    int set = setOf(base.id, number);
    for (int way = 0; way < WAYS; way++) {
      Kept kept = table.getAcquire(set + way);
      if (kept != null && kept.page.isOf(base, number) && kept.page.version() == version) {
        if (!kept.used) {
          kept.used = true;
        }
        return kept.page;
      }
    }
    return null;
  }

  /**
   * {@link #find}, or else looks through the layers, which may take reading their pages. What was
   * seen while the chain changed is not kept: a walk ends early at a layer that is being taken out.
   */
  ResolvedPage get(Layer base, long logicalExtent) throws IOException {
    ResolvedPage found = find(base, logicalExtent);
    if (found != null) {
      return found;
    }
    long stamp = base.moves.tryOptimisticRead();
    long number = ResolvedPage.numberOf(logicalExtent);
    int version = versions.get(stripeOf(number));
    ResolvedPage made = ResolvedPage.of(base, number, version);
    if (base.moves.validate(stamp)) {
      put(base, made);
    }
    return made;
  }

  private void put(Layer base, ResolvedPage page) {
    int set = setOf(base.id, page.number());
    Kept kept = new Kept(page);
    table.setRelease(set + victim(base, set, page.number()), kept);
    cache.add(kept);
  }

  /** An older page of the same, else a free place, else one that nobody has used of late. */
  private int victim(Layer base, int set, long number) {
    int chosen = 0;
    for (int way = WAYS - 1; way >= 0; way--) {
      Kept kept = table.getAcquire(set + way);
      if (kept != null && kept.page.isOf(base, number)) {
        return way;
      }
      Kept rival = table.getAcquire(set + chosen);
      if (kept == null || (rival != null && rival.used && !kept.used)) {
        chosen = way;
      }
    }
    return chosen;
  }

  /** Says that a merge has changed the entries of a logical extent; see above for when. */
  void moved(long logicalExtent) {
    versions.incrementAndGet(stripeOf(ResolvedPage.numberOf(logicalExtent)));
  }

  private static int stripeOf(long number) {
    return (int) (number % VERSIONS);
  }

  private int setOf(long base, long number) {
    long mixed = (base * 0x9E3779B97F4A7C15L + number) * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 33) & table.length() - WAYS;
  }
}

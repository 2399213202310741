/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.KeySlot;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Chooses between two records of a key that are of two epochs, as a turn has them in its middle:
 * the key file may be one of before it. Guarded by the lock of {@link KeyTable}.
 */
final class KeyEpochs {

  /** Pages whose copies stay as they are. */
  private final SortedSet<Integer> unread;

  /** Pages with a record of an epoch before that of their other copy, which counts all the same. */
  private final SortedSet<Integer> ofBefore = new TreeSet<>();

  /** Pages whose copies are of two epochs, or may be, and are not written alike yet. */
  private final Set<Integer> apart = new HashSet<>();

  KeyEpochs(SortedSet<Integer> unread) {
    this.unread = unread;
  }

  /**
   * What an opening has to read by.
   *
   * @param named keys that layers are read by
   * @param opens whether the key file has the key that a record is wrapped by
   */
  record Opening(Set<Long> named, Predicate<KeySlot> opens) {

    /** Whether a layer is read by that key, and the key file opens neither record of it. */
    boolean isLocked(KeySlot first, KeySlot second) {
      return named.contains(first.id()) && !opens.test(first) && !opens.test(second);
    }
  }

  /** Whether the second of two records in the copies of a page counts. */
  boolean isSecond(int number, KeySlot first, KeySlot second, Opening opening) {
    apart.add(number);
    boolean isSecondLater = first.epoch() < second.epoch();
    boolean isSecond =
        opening.opens.test(first) == opening.opens.test(second)
            ? isSecondLater
            : opening.opens.test(second);
    if (opening.isLocked(first, second)) {
      // Which of them the key file of the next opening has the key of is not known yet.
      unread.add(number);
    } else if (isSecond != isSecondLater) {
      ofBefore.add(number);
    }
    return isSecond;
  }

  /**
   * That a copy of these pages may be of another epoch than the other has: it was not read, say.
   */
  void mayBeApart(Collection<Integer> pages) {
    apart.addAll(pages);
  }

  /** The key file may be an old copy, and the newest be put back: what that opens stays. */
  void leaveLater() {
    unread.addAll(ofBefore);
  }

  /** That both copies of these pages were written. */
  void areAlike(Collection<Integer> pages) {
    apart.removeAll(pages);
  }

  /** Whether copies of pages may be of two epochs still. */
  boolean isTurnLeft() {
    return !apart.isEmpty();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.KeySlot;
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

  /** Whether pages stay in the middle of a turn. */
  private boolean isTurnLeft;

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
    boolean isSecondLater = first.epoch() < second.epoch();
    boolean isSecond =
        opening.opens.test(first) == opening.opens.test(second)
            ? isSecondLater
            : opening.opens.test(second);
    if (opening.isLocked(first, second)) {
      // Which of them the key file of the next opening has the key of is not known yet.
      unread.add(number);
      isTurnLeft = true;
    } else if (isSecond != isSecondLater) {
      ofBefore.add(number);
    }
    return isSecond;
  }

  /** The key file may be an old copy, and the newest be put back: what that opens stays. */
  void leaveLater() {
    isTurnLeft |= !ofBefore.isEmpty();
    unread.addAll(ofBefore);
  }

  /** Whether copies of pages differ that no opening may make alike yet. */
  boolean isTurnLeft() {
    return isTurnLeft;
  }
}

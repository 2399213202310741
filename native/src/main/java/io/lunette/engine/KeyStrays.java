/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.KeyClaim;
import io.lunette.engine.format.KeySlot;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;

/**
 * Tells which of the records that were read are where a write that went astray has left them. It
 * takes those out, and notes their pages to be written anew. Guarded by the lock of {@link
 * KeyTable}.
 */
final class KeyStrays {

  /** By place; null where none is. */
  private final List<KeySlot> slots;

  /** Of each copy those pages that lack what the other has. */
  private final List<SortedSet<Integer>> worn;

  /** By place, what either copy has there that stays. */
  private final SortedMap<Integer, List<byte[]>> damaged;

  /** By place, records of two keys, while it is not known which of them belongs there. */
  private final SortedMap<Integer, List<KeySlot>> disputed = new TreeMap<>();

  KeyStrays(
      List<KeySlot> slots,
      List<SortedSet<Integer>> worn,
      SortedMap<Integer, List<byte[]>> damaged) {
    this.slots = slots;
    this.worn = worn;
    this.damaged = damaged;
  }

  /**
   * A place of which the copies have the records of two keys; it has none until that is settled.
   */
  void dispute(int place, KeySlot one, KeySlot other) {
    disputed.put(place, List.of(one, other));
  }

  /**
   * A record of another key in one copy: its write went astray, or was cut short. One of an epoch
   * before makes up for it where the turn is not at its end.
   *
   * @param named keys that layers are read by
   * @param opens whether the key file has the key that a record is wrapped by
   */
  void settle(Set<Long> named, Predicate<KeySlot> opens) {
    Map<Long, Long> epochs = new HashMap<>();
    for (KeySlot slot : slots) {
      if (slot != null) {
        long until = opens.test(slot) ? Long.MAX_VALUE : slot.epoch();
        epochs.merge(slot.id(), until, Math::max);
      }
    }
    Predicate<KeySlot> isMissing =
        slot ->
            named.contains(slot.id())
                && epochs.getOrDefault(slot.id(), Long.MIN_VALUE) < slot.epoch();
    disputed.forEach(
        (place, both) -> {
          boolean isFirstMissing = isMissing.test(both.get(0));
          boolean isSecondMissing = isMissing.test(both.get(1));
          if (isFirstMissing && isSecondMissing) {
            damaged.put(place, both.stream().map(KeyStrays::bytes).toList());
            return;
          }
          int number = place / KeySlot.PER_PAGE;
          if (!isFirstMissing) {
            worn.get(0).add(number);
          }
          if (!isSecondMissing) {
            worn.get(1).add(number);
          }
          if (isFirstMissing || isSecondMissing) {
            slots.set(place, both.get(isFirstMissing ? 0 : 1));
          }
        });
  }

  /**
   * A key never moves, so a second place where it is got it by a write that went astray. That may
   * be of an epoch before: no turn comes to a page that is not known to have a record. Only a page
   * that is alike counts as two copies.
   */
  void keepOneOfEach() {
    BinaryOperator<Integer> better = BinaryOperator.maxBy(Comparator.comparing(this::claim));
    Map<Long, Integer> kept = new HashMap<>();
    for (int place = 0; place < slots.size(); place++) {
      if (slots.get(place) != null) {
        kept.merge(slots.get(place).id(), place, better);
      }
    }
    for (int place = 0; place < slots.size(); place++) {
      if (slots.get(place) != null && kept.get(slots.get(place).id()) != place) {
        slots.set(place, null);
        int number = place / KeySlot.PER_PAGE;
        worn.forEach(copy -> copy.add(number));
      }
    }
  }

  private KeyClaim claim(int place) {
    int number = place / KeySlot.PER_PAGE;
    boolean isAlike = worn.stream().noneMatch(copy -> copy.contains(number));
    return new KeyClaim(slots.get(place).epoch(), isAlike ? worn.size() : 1);
  }

  private static byte[] bytes(KeySlot slot) {
    ByteBuffer bytes = ByteBuffer.allocate(KeySlot.BYTES);
    slot.encode(bytes, 0);
    return bytes.array();
  }
}

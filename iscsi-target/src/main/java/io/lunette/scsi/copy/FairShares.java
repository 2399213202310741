/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A bounded store of things that have owners, by number. When it is full, a new one takes the place
 * of the eldest of whoever has most: an owner that asks for more and more loses its own, and one
 * that has few keeps them, whatever others do. Not thread-safe.
 *
 * @param <T> what is stored
 */
final class FairShares<T> {

  private final int most;
  private final Map<Long, String> owners = new HashMap<>();

  /** Of each owner what it has, the eldest first; nobody has nothing. */
  private final Map<String, Map<Long, T>> shares = new HashMap<>();

  FairShares(int most) {
    this.most = most;
  }

  /** What has to go before another one is put; null if there is room. */
  T inExcess() {
    if (owners.size() < most) {
      return null;
    }
    Map<Long, T> largest = Map.of();
    for (Map<Long, T> share : shares.values()) {
      if (share.size() > largest.size()) {
        largest = share;
      }
    }
    return largest.values().iterator().next();
  }

  void put(long number, String owner, T thing) {
    remove(number);
    owners.put(number, owner);
    shares.computeIfAbsent(owner, any -> new LinkedHashMap<>()).put(number, thing);
  }

  /** Null if there is none of this number. */
  T get(long number) {
    String owner = owners.get(number);
    return owner == null ? null : shares.get(owner).get(number);
  }

  /** Takes it out; null if there is none of this number. */
  T remove(long number) {
    String owner = owners.remove(number);
    if (owner == null) {
      return null;
    }
    Map<Long, T> share = shares.get(owner);
    T removed = share.remove(number);
    if (share.isEmpty()) {
      shares.remove(owner);
    }
    return removed;
  }

  Iterable<T> all() {
    return () -> shares.values().stream().flatMap(share -> share.values().stream()).iterator();
  }
}

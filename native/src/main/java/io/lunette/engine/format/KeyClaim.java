/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.util.Comparator;

/**
 * What a place has of a key. A key has one place and never moves: of several the one of the
 * greatest claim is its own, that of the last epoch, and of those that of which most copies have
 * it. A write that went astray has left it at the others.
 *
 * @param epoch the last that it has it of
 * @param copies how many have it of that epoch
 */
public record KeyClaim(long epoch, int copies) implements Comparable<KeyClaim> {

  private static final Comparator<KeyClaim> ORDER =
      Comparator.comparingLong(KeyClaim::epoch).thenComparingInt(KeyClaim::copies);

  /** The claim of a place that has both. */
  public KeyClaim and(KeyClaim other) {
    if (epoch == other.epoch) {
      return new KeyClaim(epoch, copies + other.copies);
    }
    return epoch < other.epoch ? other : this;
  }

  @Override
  public int compareTo(KeyClaim other) {
    return ORDER.compare(this, other);
  }
}

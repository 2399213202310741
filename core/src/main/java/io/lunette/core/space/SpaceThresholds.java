/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.space;

import io.lunette.core.volume.PoolSpace;

/**
 * When a pool counts as nearly full, in per cent of its room that new writes cannot have: of its
 * capacity, or of what the file system under it still lets it become.
 *
 * @param warningPercent from here on an operator should act
 * @param criticalPercent from here on writes are about to fail; more than {@code warningPercent}
 * @param hysteresisPercent how far below a threshold use must fall before it counts as left, so
 *     that a pool at the threshold does not raise an event with every write
 */
public record SpaceThresholds(int warningPercent, int criticalPercent, int hysteresisPercent) {

  public static final SpaceThresholds DEFAULT = new SpaceThresholds(80, 95, 2);

  public SpaceThresholds {
    if (warningPercent < 1 || criticalPercent > 100 || warningPercent >= criticalPercent) {
      throw new IllegalArgumentException(
          "thresholds of space are "
              + warningPercent
              + " and "
              + criticalPercent
              + ": use two per cents, the first smaller, for instance 80,95");
    }
    if (hysteresisPercent < 0 || hysteresisPercent >= warningPercent) {
      throw new IllegalArgumentException(
          "hysteresis is " + hysteresisPercent + ": use 0 or more, less than the first threshold");
    }
  }

  /** The usual hysteresis, or as much of it as there is room for. */
  public static SpaceThresholds of(int warningPercent, int criticalPercent) {
    return new SpaceThresholds(
        warningPercent,
        criticalPercent,
        Math.max(0, Math.min(DEFAULT.hysteresisPercent, warningPercent - 1)));
  }

  /**
   * Two per cents with a comma between.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static SpaceThresholds parse(String text) {
    String[] parts = text.split(",", -1);
    try {
      if (parts.length == 2) {
        return of(Integer.parseInt(parts[0].strip()), Integer.parseInt(parts[1].strip()));
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(unreadable(text), e);
    }
    throw new IllegalArgumentException(unreadable(text));
  }

  private static String unreadable(String text) {
    return "'" + text + "' is not two per cents: say for instance 80,95";
  }

  /** The level of a pool that was on {@code before}. */
  public SpaceLevel level(SpaceLevel before, PoolSpace space) {
    double used = space.usedPercent();
    if (used >= criticalPercent - slack(before == SpaceLevel.CRITICAL)) {
      return SpaceLevel.CRITICAL;
    }
    return used >= warningPercent - slack(before != SpaceLevel.NORMAL)
        ? SpaceLevel.WARNING
        : SpaceLevel.NORMAL;
  }

  private int slack(boolean reached) {
    return reached ? hysteresisPercent : 0;
  }

  @Override
  public String toString() {
    return warningPercent + "," + criticalPercent;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.util.Map;

/**
 * The persistent reservation of a unit and those who are registered for it, at one moment.
 * Immutable.
 *
 * @param generation PRGENERATION
 * @param keptOverPowerLoss whether APTPL is active
 * @param keys reservation key of each registrant, in the order of registration; none is zero
 * @param holder who holds the reservation; null if there is none, or all registrants hold it
 * @param type type of the reservation; null if there is none
 */
public record ReservationState(
    int generation,
    boolean keptOverPowerLoss,
    Map<Registrant, Long> keys,
    Registrant holder,
    ReservationType type) {

  /** Nobody is registered. */
  static final ReservationState NONE = new ReservationState(0, false, Map.of(), null, null);

  /** Whether it is registered. */
  public boolean isRegistered(Registrant one) {
    return keys.containsKey(one);
  }

  /** Its reservation key; 0 if it is not registered. */
  public long keyOf(Registrant one) {
    return keys.getOrDefault(one, 0L);
  }

  /** Whether it is registered with that key. */
  boolean isRegistered(Registrant one, long key) {
    return key != 0 && keyOf(one) == key;
  }

  /** Whether it holds the reservation. */
  public boolean isHeldBy(Registrant one) {
    return type != null && (type.heldByAll() ? keys.containsKey(one) : one.equals(holder));
  }

  /** Whether a reservation lets its registrants in, and this is one. */
  public boolean admitsAsRegistrant(Registrant one) {
    return type != null && type.admitsRegistrants() && keys.containsKey(one);
  }

  /** Whether a power loss leaves the same of both. */
  boolean isKeptAs(ReservationState other) {
    return keptOverPowerLoss == other.keptOverPowerLoss
        && type == other.type
        && java.util.Objects.equals(holder, other.holder)
        && keys.equals(other.keys);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/**
 * RESERVE (SPC-4 §5.13.9).
 *
 * @param by the nexus of the command
 * @param key its key
 * @param type what it asks for
 */
public record ReserveOperation(Registrant by, long key, ReservationType type)
    implements ReservationOperation {

  @Override
  public ReservationChange apply(ReservationState state) {
    if (!state.isRegistered(by, key)) {
      return ReservationChange.CONFLICT;
    }
    if (state.type() == null) {
      return new ReservationDraft(state, by).reserve(by, type).done();
    }
    return state.isHeldBy(by) && state.type() == type
        ? ReservationChange.UNCHANGED
        : ReservationChange.CONFLICT;
  }
}

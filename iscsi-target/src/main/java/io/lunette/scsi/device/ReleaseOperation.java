/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.scsi.Sense;

/**
 * RELEASE (SPC-4 §5.13.11.2).
 *
 * @param by the nexus of the command
 * @param key its key
 * @param type what it believes to hold
 */
public record ReleaseOperation(Registrant by, long key, ReservationType type)
    implements ReservationOperation {

  @Override
  public ReservationChange apply(ReservationState state) {
    if (!state.isRegistered(by, key)) {
      return ReservationChange.CONFLICT;
    }
    if (!state.isHeldBy(by)) {
      return ReservationChange.UNCHANGED;
    }
    return state.type() == type
        ? new ReservationDraft(state, by).release().done()
        : new ReservationChange.None(Sense.INVALID_RELEASE);
  }
}

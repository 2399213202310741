/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.scsi.Sense;

/**
 * REGISTER AND MOVE (SPC-4 §5.13.8): registers another nexus and makes it the holder.
 *
 * @param by the nexus of the command, which has to be the holder
 * @param key its key
 * @param newKey the other's key from now on
 * @param to the other nexus
 * @param unregister UNREG: whether the nexus of the command loses its registration
 * @param keep APTPL
 */
public record MoveOperation(
    Registrant by, long key, long newKey, Registrant to, boolean unregister, boolean keep)
    implements ReservationOperation {

  private static final int KEY_BYTE = 8;
  private static final int TRANSPORT_ID_BYTE = 24;

  @Override
  public ReservationChange apply(ReservationState state) {
    if (!state.isRegistered(by, key) || !by.equals(state.holder())) {
      return ReservationChange.CONFLICT;
    }
    if (newKey == 0) {
      return new ReservationChange.None(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(KEY_BYTE));
    }
    if (to.equals(by)) {
      return new ReservationChange.None(
          Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(TRANSPORT_ID_BYTE));
    }
    ReservationDraft draft =
        new ReservationDraft(state, by)
            .nextGeneration()
            .keptOverPowerLoss(keep)
            .register(to, newKey)
            .reserve(to, state.type());
    if (draft.registrants() > RegisterOperation.REGISTRANTS_MAX) {
      return new ReservationChange.None(Sense.INSUFFICIENT_REGISTRATION);
    }
    return unregister ? draft.unregister(by).done() : draft.done();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/**
 * CLEAR (SPC-4 §5.13.11.6): neither reservation nor registration is left.
 *
 * @param by the nexus of the command
 * @param key its key
 */
public record ClearOperation(Registrant by, long key) implements ReservationOperation {

  @Override
  public ReservationChange apply(ReservationState state) {
    return state.isRegistered(by, key)
        ? new ReservationDraft(state, by).nextGeneration().clear().done()
        : ReservationChange.CONFLICT;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/**
 * REPLACE LOST RESERVATION (SPC-4 §5.13): where reservations were lost, begins with one of the
 * nexus that says so. {@link PersistentReservations} sees to it that some were.
 *
 * @param by the nexus of the command
 * @param newKey what it is registered with from now on; not 0
 * @param type of the reservation that it then holds
 * @param keep APTPL
 */
public record ReplaceOperation(Registrant by, long newKey, ReservationType type, boolean keep)
    implements ReservationOperation {

  @Override
  public ReservationChange apply(ReservationState state) {
    return new ReservationDraft(state, by)
        .nextGeneration()
        .keptOverPowerLoss(keep)
        .register(by, newKey)
        .reserve(by, type)
        .done();
  }
}

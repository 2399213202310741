/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import java.util.List;
import java.util.Set;

/** What a PERSISTENT RESERVE OUT comes to. */
sealed interface ReservationChange {

  /** Nothing changes, and this is the answer. */
  record None(Outcome answer) implements ReservationChange {}

  /**
   * A new state; the answer is GOOD.
   *
   * @param notices who is told of it
   * @param aborted whose commands are aborted
   */
  record To(ReservationState state, List<Notice> notices, Set<Registrant> aborted)
      implements ReservationChange {}

  /** A unit attention for the nexus of a registrant, if a session is there to receive it. */
  record Notice(Registrant to, Sense attention) {}

  /** The key given is not that of the nexus, or another holds the reservation. */
  ReservationChange CONFLICT = new None(Outcome.RESERVATION_CONFLICT);

  /** All is as the command wants it already. */
  ReservationChange UNCHANGED = new None(Outcome.GOOD);
}

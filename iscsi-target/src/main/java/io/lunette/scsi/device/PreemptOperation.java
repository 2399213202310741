/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.scsi.Sense;
import java.util.List;
import java.util.Map;

/**
 * PREEMPT, and PREEMPT AND ABORT (SPC-4 §5.13.11.4, §5.13.11.5): takes the registrations with a key
 * away, and the reservation with them if that was its holder's.
 *
 * @param by the nexus of the command
 * @param key its key
 * @param victimKey whose registrations go; 0 for all others, when all registrants hold
 * @param type of the reservation that takes the place of the one preempted; null if the command
 *     asks for none that there is, which matters only in that case
 * @param abort whether the commands of those preempted are aborted
 */
public record PreemptOperation(
    Registrant by, long key, long victimKey, ReservationType type, boolean abort)
    implements ReservationOperation {

  private static final int VICTIM_KEY_BYTE = 8;
  private static final int SCOPE_AND_TYPE_BYTE = 2;

  @Override
  public ReservationChange apply(ReservationState state) {
    if (!state.isRegistered(by, key)) {
      return ReservationChange.CONFLICT;
    }
    boolean heldByAll = state.type() != null && state.type().heldByAll();
    if (victimKey == 0 && !heldByAll) {
      return new ReservationChange.None(
          Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(VICTIM_KEY_BYTE));
    }
    boolean takesOver =
        heldByAll
            ? victimKey == 0
            : state.holder() != null && state.keyOf(state.holder()) == victimKey;
    List<Registrant> victims =
        state.keys().entrySet().stream()
            .filter(each -> victimKey == 0 || each.getValue() == victimKey)
            .map(Map.Entry::getKey)
            .filter(each -> !takesOver || !each.equals(by))
            .toList();
    if (takesOver && type == null) {
      return new ReservationChange.None(
          Sense.INVALID_FIELD_IN_CDB.atCdbBit(SCOPE_AND_TYPE_BYTE, 7));
    }
    if (victims.isEmpty() && !takesOver) {
      return ReservationChange.CONFLICT;
    }
    ReservationDraft draft = new ReservationDraft(state, by).nextGeneration();
    victims.forEach(each -> draft.preempt(each, abort));
    if (takesOver) {
      draft.reserve(by, type);
      if (state.type() != type) {
        draft.tellRegistrants(Sense.RESERVATIONS_RELEASED);
      }
    }
    return draft.done();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.scsi.Sense;
import java.util.OptionalLong;
import java.util.Set;

/**
 * REGISTER, and REGISTER AND IGNORE EXISTING KEY (SPC-4 §5.13.7).
 *
 * @param by the nexus of the command
 * @param expectedKey the key it must be registered with, 0 for none; empty to ignore it
 * @param newKey 0 to unregister
 * @param siblings the same initiator port on the other target ports, with ALL_TG_PT
 * @param others nexuses to register too, with SPEC_I_PT; those registered already stay as they are
 * @param specifiesPorts SPEC_I_PT, which is only for a nexus that is not registered yet
 * @param keep APTPL
 */
public record RegisterOperation(
    Registrant by,
    OptionalLong expectedKey,
    long newKey,
    Set<Registrant> siblings,
    Set<Registrant> others,
    boolean specifiesPorts,
    boolean keep)
    implements ReservationOperation {

  /** The most registrations that a unit holds, so that its memory is bounded (DESIGN I7). */
  static final int REGISTRANTS_MAX = 512;

  private static final int SPEC_I_PT_BYTE = 20;

  @Override
  public ReservationChange apply(ReservationState state) {
    if (expectedKey.isPresent() && expectedKey.getAsLong() != state.keyOf(by)) {
      return ReservationChange.CONFLICT;
    }
    if (specifiesPorts && state.isRegistered(by)) {
      return new ReservationChange.None(
          Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(SPEC_I_PT_BYTE));
    }
    if (newKey == 0
        && !state.isRegistered(by)
        && siblings.stream().noneMatch(state::isRegistered)) {
      return ReservationChange.UNCHANGED;
    }
    ReservationDraft draft =
        new ReservationDraft(state, by).nextGeneration().keptOverPowerLoss(keep);
    if (newKey == 0) {
      draft.unregister(by);
      siblings.forEach(draft::unregister);
      return draft.done();
    }
    draft.register(by, newKey);
    siblings.forEach(each -> draft.register(each, newKey));
    for (Registrant each : others) {
      if (!state.isRegistered(each)) {
        draft.register(each, newKey);
      }
    }
    return draft.registrants() > REGISTRANTS_MAX
        ? new ReservationChange.None(Sense.INSUFFICIENT_REGISTRATION)
        : draft.done();
  }
}

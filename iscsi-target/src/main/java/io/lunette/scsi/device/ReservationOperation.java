/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/**
 * A service action of PERSISTENT RESERVE OUT with its parameters: what it makes of a state. A value
 * without side effects, so that the rules of SPC-4 §5.13 can be read, and tested, by themselves.
 */
public sealed interface ReservationOperation
    permits RegisterOperation,
        MoveOperation,
        ReserveOperation,
        ReleaseOperation,
        ClearOperation,
        PreemptOperation,
        ReplaceOperation {

  /** The change that it makes, or the answer if it makes none. */
  ReservationChange apply(ReservationState state);
}

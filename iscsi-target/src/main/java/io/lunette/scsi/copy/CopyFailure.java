/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Outcome;

/**
 * Why a span was not copied to its end.
 *
 * @param side who answered so
 * @param outcome what the answer was
 */
record CopyFailure(Side side, Outcome outcome) {

  /** Where something failed. */
  enum Side {
    SOURCE,
    DESTINATION,
    /** The operation itself was told to end. */
    OPERATION
  }
}

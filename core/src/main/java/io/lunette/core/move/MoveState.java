/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.move;

import java.util.EnumSet;
import java.util.Set;

/** How far a move has come; the order is what keeps tenants apart. */
public enum MoveState {
  /** What the server holds is being taken from it. */
  RELEASING,
  /** It sees nothing; what runs on it is being ended. */
  RESTARTING,
  /** Nothing of before runs on it; it is being given what it is to have. */
  ALLOCATING,
  /** It has it. */
  DONE,
  /** It cannot go on; the server sees nothing that it did not see before. */
  FAILED;

  /** The states that may follow. */
  Set<MoveState> next() {
    return switch (this) {
      case RELEASING -> EnumSet.of(RESTARTING, ALLOCATING, DONE, FAILED);
      case RESTARTING -> EnumSet.of(ALLOCATING, DONE, FAILED);
      case ALLOCATING -> EnumSet.of(DONE, FAILED);
      case DONE, FAILED -> EnumSet.noneOf(MoveState.class);
    };
  }

  /** Whether nothing more is to be done. */
  public boolean isEnd() {
    return next().isEmpty();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Sense;
import io.lunette.scsi.device.WriteWatch;
import java.util.ArrayList;
import java.util.List;

/**
 * The valid tokens of one unit, which a change of what they stand for cancels. Writes look through
 * them without a lock; {@link RodTokens} changes them under its own.
 */
final class UnitTokens implements WriteWatch {

  private final RodTokens owner;
  private volatile List<RodToken> tokens = List.of();

  UnitTokens(RodTokens owner) {
    this.owner = owner;
  }

  void add(RodToken token) {
    List<RodToken> more = new ArrayList<>(tokens);
    more.add(token);
    tokens = List.copyOf(more);
  }

  void remove(RodToken token) {
    List<RodToken> fewer = new ArrayList<>(tokens);
    fewer.remove(token);
    tokens = List.copyOf(fewer);
  }

  int size() {
    return tokens.size();
  }

  RodToken eldest() {
    return tokens.get(0);
  }

  /** The tokens are dead when this returns, which is before anything has changed. */
  @Override
  public void changes(long offsetBytes, long lengthBytes) {
    long now = owner.now();
    for (RodToken token : tokens) {
      if (token.covers(offsetBytes, lengthBytes)) {
        owner.bury(token, Sense.TOKEN_CANCELLED);
      } else if (token.hasExpired(now)) {
        owner.bury(token, Sense.TOKEN_EXPIRED);
      }
    }
  }
}

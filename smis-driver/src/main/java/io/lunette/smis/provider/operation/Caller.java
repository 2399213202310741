/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.operation;

import io.lunette.core.audit.Actor;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;

/**
 * Who asks.
 *
 * @param actor as the audit trail names him
 * @param mayChange whether he may do more than look
 */
public record Caller(Actor actor, boolean mayChange) {

  /**
   * @throws CimException ACCESS_DENIED unless he may change things
   */
  void requireChange(String what) {
    if (!mayChange) {
      throw new CimException(
          CimStatus.ACCESS_DENIED, actor + " may not do " + what + ": the account's role is read");
    }
  }
}

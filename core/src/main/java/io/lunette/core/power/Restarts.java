/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.power;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.server.ServerName;

/** Restarts of servers that somebody asks for. */
@FunctionalInterface
public interface Restarts {

  /**
   * Restarts a server; the audit trail says what came of it.
   *
   * @throws DomainException NOT_FOUND; INVALID if its power is not controlled; IO if the restart
   *     failed
   */
  void restart(Actor actor, ServerName server) throws DomainException;
}

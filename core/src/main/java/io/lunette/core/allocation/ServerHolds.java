/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.server.ServerName;
import java.util.OptionalLong;

/** Those who do something to what a server holds in several steps. Stateless, so thread-safe. */
public interface ServerHolds {

  /**
   * Sees to it that a server may be given something.
   *
   * @param move the move that gives it; empty if somebody else does
   * @throws DomainException BUSY if the server is being moved, or not by that move any more
   */
  void requireFree(Transaction transaction, ServerName server, OptionalLong move)
      throws DomainException;

  /** Ends what is under way: somebody wants the server to hold nothing. */
  void end(Transaction transaction, Actor actor, ServerName server) throws DomainException;
}

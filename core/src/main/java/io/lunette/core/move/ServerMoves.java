/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.move;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.server.ServerName;
import java.util.List;
import java.util.Optional;

/**
 * Moves of servers from what they hold to something else.
 *
 * <p>A server that changes hands is given the new tenant's replica only after what ran on it has
 * been ended by a restart: until then the old tenant's system runs on it, and would see the new
 * logical unit as its own. In between it holds nothing, and one that boots over the network waits.
 */
public interface ServerMoves {

  /**
   * Begins a move and goes on with it as far as it will go. It ends in the background if need be,
   * after a restart of Lunette too.
   *
   * @return how far it is
   * @throws DomainException NOT_FOUND: no such server or image; BUSY if the server is being moved,
   *     or holds something else than the request says; INVALID if it has to be restarted and its
   *     power is not controlled
   */
  ServerMove begin(Actor actor, MoveRequest request) throws DomainException;

  /** Moves under way and the newest that have ended, newest first, at most so many. */
  List<ServerMove> list(int limit) throws DomainException;

  /** The newest move of a server. */
  Optional<ServerMove> find(ServerName server) throws DomainException;
}

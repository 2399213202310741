/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The servers and what their initiators must prove. */
public interface Servers {

  /**
   * Registers a server. Its credentials hold for logins from the return of this call on. Repeating
   * it with the same arguments returns the first.
   *
   * @throws DomainException CONFLICT if the name is taken by a server with another initiator or
   *     other credentials, or the initiator belongs to another server
   */
  Server add(
      Actor actor, ServerName name, InitiatorName initiator, Optional<ChapCredentials> credentials)
      throws DomainException;

  /**
   * Registers a server and says more of it, both or neither.
   *
   * @param profile makes of what is known of it, which is nothing at first, what shall be known
   * @throws DomainException CONFLICT as above, and if another server has one of its network cards
   *     or its serial number
   */
  Server add(
      Actor actor,
      ServerName name,
      InitiatorName initiator,
      Optional<ChapCredentials> credentials,
      UnaryOperator<ServerProfile> profile)
      throws DomainException;

  /**
   * Changes what is said of a server.
   *
   * @return what is said of it now
   * @throws DomainException NOT_FOUND; CONFLICT if another server has one of its network cards or
   *     its serial number
   */
  ServerProfile configure(Actor actor, ServerName name, UnaryOperator<ServerProfile> change)
      throws DomainException;

  /**
   * What is said of a server.
   *
   * @throws DomainException NOT_FOUND
   */
  ServerProfile profile(ServerName name) throws DomainException;

  /** The server with that network card. */
  Optional<Server> find(MacAddress mac) throws DomainException;

  /** The server with that serial number. */
  Optional<Server> find(SerialNumber serial) throws DomainException;

  /** The server with that initiator. */
  Optional<Server> find(InitiatorName initiator) throws DomainException;

  /**
   * Forgets a server. Removing one that does not exist is NOT_FOUND.
   *
   * @throws DomainException NOT_FOUND; BUSY while it holds a replica or a volume mapped by hand
   */
  void remove(Actor actor, ServerName name) throws DomainException;

  /**
   * A page of servers, by name.
   *
   * @param after only those behind this name: the last of the page before
   * @param limit at most so many
   */
  List<Server> page(Optional<ServerName> after, int limit) throws DomainException;

  /** All servers, by name. */
  List<Server> list() throws DomainException;

  Optional<Server> find(ServerName name) throws DomainException;

  /**
   * @throws DomainException NOT_FOUND
   */
  Server get(ServerName name) throws DomainException;
}

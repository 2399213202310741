/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.load;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.server.ServerName;
import java.util.List;
import java.util.SortedMap;

/** How busy the servers are. */
public interface ServerLoads {

  /**
   * Takes a report of a server: a heartbeat, with numbers.
   *
   * @throws DomainException NOT_FOUND; INVALID if these are no numbers of a server's
   */
  void report(ServerName server, SortedMap<String, Double> values) throws DomainException;

  /**
   * What is known of a server.
   *
   * @throws DomainException NOT_FOUND
   */
  ServerLoad get(ServerName server) throws DomainException;

  /** What is known of all servers, by name, without history. */
  List<ServerLoad> list() throws DomainException;

  /**
   * Makes a token by which a server proves that a report is its own; one made before is void. It is
   * not kept, only its digest is.
   *
   * @throws DomainException NOT_FOUND
   */
  String newToken(Actor actor, ServerName server) throws DomainException;

  /** Whether that is the token of that server; false if there is no such server. */
  boolean isToken(ServerName server, String token) throws DomainException;
}

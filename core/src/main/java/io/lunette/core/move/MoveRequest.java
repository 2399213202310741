/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.move;

import io.lunette.core.server.ServerName;
import java.util.Optional;

/**
 * What is wanted of a server.
 *
 * @param server which
 * @param from what it holds now, as far as the caller knows
 * @param to what it is to hold; empty for nothing
 * @param restarts whether it is restarted between the two
 * @param keeps whether it keeps its writable volume, and only the shared portion is exchanged
 * @param reason one line, for the audit trail
 */
public record MoveRequest(
    ServerName server,
    Optional<Membership> from,
    Optional<Membership> to,
    boolean restarts,
    boolean keeps,
    String reason) {

  /** Of everything that the server holds. */
  public MoveRequest(
      ServerName server,
      Optional<Membership> from,
      Optional<Membership> to,
      boolean restarts,
      String reason) {
    this(server, from, to, restarts, false, reason);
  }

  public MoveRequest {
    if (keeps && (from.isEmpty() || !from.equals(to))) {
      throw new IllegalArgumentException("a server that changes hands keeps nothing");
    }
    if (!restarts && !from.equals(to)) {
      throw new IllegalArgumentException(
          "a server that changes hands is restarted: what runs on it is another tenant's");
    }
  }
}

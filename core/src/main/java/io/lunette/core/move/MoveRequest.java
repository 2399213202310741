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
 * @param reason one line, for the audit trail
 */
public record MoveRequest(
    ServerName server,
    Optional<Membership> from,
    Optional<Membership> to,
    boolean restarts,
    String reason) {

  public MoveRequest {
    if (!restarts && !from.equals(to)) {
      throw new IllegalArgumentException(
          "a server that changes hands is restarted: what runs on it is another tenant's");
    }
  }
}

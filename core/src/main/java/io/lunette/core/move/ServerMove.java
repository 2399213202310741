/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.move;

import io.lunette.core.allocation.AllocationId;
import io.lunette.core.audit.Actor;
import io.lunette.core.node.NodeName;
import io.lunette.core.server.ServerName;
import java.time.Instant;
import java.util.Optional;

/**
 * A move as the catalog has it.
 *
 * @param sequence which
 * @param node whose it is: the one that goes on with it
 * @param server who is moved
 * @param released the allocation that it ends, or of which it exchanges the shared portion
 * @param from what the server held
 * @param to what it is to hold; empty for nothing
 * @param restarts whether it is restarted in between
 * @param keeps whether the server keeps its writable volume
 * @param actor who wanted it
 * @param reason why
 * @param state how far it is
 * @param attempts how often its present step has failed
 * @param message what the last attempt said; empty if nothing is wrong
 * @param started when it began
 * @param updated when it last changed
 */
public record ServerMove(
    long sequence,
    NodeName node,
    ServerName server,
    Optional<AllocationId> released,
    Optional<Membership> from,
    Optional<Membership> to,
    boolean restarts,
    boolean keeps,
    Actor actor,
    String reason,
    MoveState state,
    int attempts,
    String message,
    Instant started,
    Instant updated) {

  /** Where from and where to, in words. */
  public String describe() {
    return from.map(Membership::toString).orElse("the free pool")
        + " to "
        + to.map(Membership::toString).orElse("the free pool");
  }
}

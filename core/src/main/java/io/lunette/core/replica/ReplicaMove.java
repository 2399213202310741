/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import io.lunette.core.audit.Actor;
import java.time.Instant;
import java.util.Optional;

/** One move of a replica; the first has no state before it. */
public record ReplicaMove(
    ReplicaName replica,
    Optional<ReplicaState> from,
    ReplicaState to,
    Instant at,
    Actor actor,
    String reason) {}

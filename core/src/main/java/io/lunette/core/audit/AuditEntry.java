/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.audit;

import java.time.Instant;

/**
 * One thing that somebody did.
 *
 * @param sequence place in the trail, growing
 * @param at when it was committed
 * @param actor who
 * @param action what, for instance {@code server.add}
 * @param subject to which thing
 * @param detail the rest, for a reader; never a secret
 */
public record AuditEntry(
    long sequence, Instant at, Actor actor, String action, String subject, String detail) {}

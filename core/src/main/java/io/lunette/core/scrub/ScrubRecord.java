/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.image.ImageRef;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.EraseReport;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What is known of one finished scrub, kept for ever.
 *
 * @param id which scrub
 * @param replica what was scrubbed
 * @param image what it is made of; without its version in records of before that was kept
 * @param tenant whose data it held; empty if the catalog did not know that anybody's was in it
 * @param server who held it, likewise
 * @param outcome how it ended
 * @param attempts how often it was tried
 * @param recorded when its end was committed
 * @param erase what the driver did; there whenever the outcome is VERIFIED
 * @param message why it failed, or empty
 */
public record ScrubRecord(
    UUID id,
    ReplicaName replica,
    ImageRef image,
    Optional<TenantName> tenant,
    Optional<ServerName> server,
    ScrubOutcome outcome,
    int attempts,
    Instant recorded,
    Optional<EraseReport> erase,
    String message) {}

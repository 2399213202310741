/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.InitiatorName;
import java.time.Clock;
import java.util.concurrent.Executor;

/**
 * What the driver of any array needs from its surroundings.
 *
 * @param self the initiator that Lunette is towards arrays; of one appliance alone
 * @param luns opens LUNs
 * @param workers runs erases, copies and what was left over, which block
 * @param clock what time it is
 * @param timeouts how long an array may take
 */
public record SmisSettings(
    InitiatorName self, LunConnector luns, Executor workers, Clock clock, ArrayTimeouts timeouts) {}

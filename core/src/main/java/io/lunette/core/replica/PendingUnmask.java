/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import io.lunette.core.volume.InitiatorName;

/**
 * A returned replica that an initiator may still see: neither scrubbed nor reused until unmasked.
 */
public record PendingUnmask(Replica replica, InitiatorName initiator) {}

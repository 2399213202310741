/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.image.ImageName;
import io.lunette.core.server.ServerName;
import java.time.Duration;

/**
 * How long a server held replicas of an image for a tenant, within the time that was asked for.
 *
 * @param server which
 * @param image of what
 * @param allocations how often it was given one, or still had it
 * @param held how long in all
 */
public record MeteredUse(ServerName server, ImageName image, int allocations, Duration held) {

  /** The same and once more. */
  MeteredUse plus(Duration more) {
    return new MeteredUse(server, image, allocations + 1, held.plus(more));
  }
}

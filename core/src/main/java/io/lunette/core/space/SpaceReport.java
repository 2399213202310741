/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.space;

import io.lunette.core.volume.PoolSpace;

/**
 * The space of the pool with what the catalog knows of it.
 *
 * @param space the driver's figures
 * @param reclaimableBytes what scrubbing would give back: what is dirty already, and what replicas
 *     that were returned still hold
 * @param level how full it is
 */
public record SpaceReport(PoolSpace space, long reclaimableBytes, SpaceLevel level) {}

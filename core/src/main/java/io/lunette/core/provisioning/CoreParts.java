/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import io.lunette.core.catalog.Catalog;
import io.lunette.core.certificate.SigningKeys;
import io.lunette.core.image.SparseRegions;
import io.lunette.core.load.TargetLoad;
import io.lunette.core.power.ServerPower;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeDriver;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What a provisioning core is made of; none of it is closed with it.
 *
 * @param catalog what must survive
 * @param driver who keeps the volumes
 * @param masking who sees them
 * @param power restarts servers
 * @param load what the target sees of initiators
 * @param regions finds holes in image files
 * @param keys sign the certificates of scrubs
 * @param softwareVersion what these name as the tool
 * @param clock what time it is
 * @param timer calls for the work that is due; runs nothing that blocks
 * @param workers runs imports and the ends of scrubs, which block
 * @param waiting runs what may wait for a place of the driver; it has a thread for each that does
 * @param settings bounds of all that
 */
public record CoreParts(
    Catalog catalog,
    VolumeDriver driver,
    LunMasking masking,
    ServerPower power,
    TargetLoad load,
    SparseRegions regions,
    SigningKeys keys,
    String softwareVersion,
    Clock clock,
    ScheduledExecutorService timer,
    Executor workers,
    Executor waiting,
    CoreSettings settings) {}

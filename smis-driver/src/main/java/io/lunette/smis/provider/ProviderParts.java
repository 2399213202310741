/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider;

import io.lunette.core.catalog.Catalog;
import io.lunette.core.provisioning.ProvisioningCore;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeDriver;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * What the array is made of; none of it is closed with the provider.
 *
 * @param catalog keeps accounts, names, views and subscriptions
 * @param driver keeps the volumes
 * @param masking who sees them now
 * @param core servers, manual mappings and the rest of the domain
 * @param jobs long operations
 * @param owners volumes that clients may look at only
 * @param targetName iSCSI name of the target, and of the array
 * @param portals where the target listens, as {@code host:port}
 * @param version of the software
 * @param workers runs what blocks
 * @param clock what time it is
 */
public record ProviderParts(
    Catalog catalog,
    VolumeDriver driver,
    LunMasking masking,
    ProvisioningCore core,
    JobBook jobs,
    VolumeOwners owners,
    String targetName,
    List<Portal> portals,
    String version,
    Executor workers,
    Clock clock) {

  public ProviderParts {
    portals = List.copyOf(portals);
  }

  /**
   * An iSCSI portal.
   *
   * @param host literal address or name, without brackets
   * @param port on TCP
   * @param groupTag portal group
   */
  public record Portal(String host, int port, int groupTag) {}
}

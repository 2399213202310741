/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocations;
import io.lunette.core.audit.AuditTrail;
import io.lunette.core.balance.Balancer;
import io.lunette.core.boot.NetworkBoot;
import io.lunette.core.certificate.Certificates;
import io.lunette.core.compose.Compositions;
import io.lunette.core.image.Images;
import io.lunette.core.load.ServerLoads;
import io.lunette.core.mapping.ManualMappings;
import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.move.ServerMoves;
import io.lunette.core.node.Nodes;
import io.lunette.core.personality.Personalities;
import io.lunette.core.pool.Pools;
import io.lunette.core.power.Restarts;
import io.lunette.core.replica.Replicas;
import io.lunette.core.rollout.Rollouts;
import io.lunette.core.scrub.Erasures;
import io.lunette.core.scrub.Scrubs;
import io.lunette.core.server.Servers;
import io.lunette.core.space.Space;
import io.lunette.core.tenant.Tenants;
import java.util.function.Consumer;

/** The provisioning core, wired: the services over one catalog, one driver and one masking. */
public interface ProvisioningCore extends AutoCloseable {

  /** Wires a core; nothing runs before {@link #start}. */
  static ProvisioningCore over(CoreParts parts) {
    return new WiredCore(parts);
  }

  /**
   * Reconciles catalog, driver and masking, and resumes what a stop or a crash cut off. To be
   * called once, before the portal accepts logins and before any service is used.
   *
   * @throws DomainException IO if catalog, driver or masking cannot even be read
   */
  ReconcileReport start() throws DomainException;

  Images images();

  Compositions compositions();

  Pools pools();

  Replicas replicas();

  Servers servers();

  Tenants tenants();

  Allocations allocations();

  Personalities personalities();

  Scrubs scrubs();

  Erasures erasures();

  Certificates certificates();

  ManualMappings mappings();

  /** Who makes or fills a volume, which is mapped to nobody meanwhile. */
  VolumeClaims claims();

  NetworkBoot networkBoot();

  Restarts restarts();

  ServerMoves moves();

  Rollouts rollouts();

  ServerLoads loads();

  Balancer balancer();

  Space space();

  AuditTrail audit();

  Nodes nodes();

  /**
   * Has something done, once, when another appliance was found to have this one's place in a shared
   * catalog: nothing can be changed from then on, and who serves volumes has to stop.
   */
  void whenFenced(Consumer<String> told);

  /**
   * Stops background work and waits for its transactions to end. Imports under way are cancelled,
   * scrubs under way go on when the core starts again. Closes neither driver nor executors.
   */
  @Override
  void close();
}

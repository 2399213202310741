/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageName;
import io.lunette.core.node.NodeName;
import io.lunette.core.personality.PersonalityFacts;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.VolumeName;
import java.time.Instant;
import java.util.Optional;

/** An allocation as the catalog has it: what the masking must then show. */
public record HeldReplica(
    AllocationId id,
    NodeName node,
    ServerName server,
    InitiatorName initiator,
    TenantName tenant,
    ImageName image,
    int imageVersion,
    ReplicaName replica,
    int lun,
    Instant since,
    Optional<Instant> ended) {

  /**
   * Sees to it that the node which makes a transaction can grant and revoke access to it.
   *
   * @throws DomainException CONFLICT
   */
  public void requireHere(Transaction transaction) throws DomainException {
    if (!node.equals(transaction.node())) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "server '"
              + server
              + "' holds replica '"
              + replica
              + "' of node '"
              + node
              + "'; release it there");
    }
  }

  /** What the server is to see. */
  public VolumeName volume() {
    return replica.volume();
  }

  /** The replica as one of the logical units that the server is to see. */
  public HeldLun unit() {
    return new HeldLun(id, LunRole.REPLICA, volume(), server, initiator, lun, true);
  }

  /** What a config volume may tell of this. */
  PersonalityFacts facts() {
    return new PersonalityFacts(
        id.value(), server, initiator, tenant, image, imageVersion, replica);
  }
}

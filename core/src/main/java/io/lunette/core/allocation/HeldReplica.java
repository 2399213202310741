/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

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

  /** What the server is to see. */
  public VolumeName volume() {
    return replica.volume();
  }

  /** The replica as one of the logical units that the server is to see. */
  public HeldLun unit() {
    return new HeldLun(id, LunRole.REPLICA, volume(), server, initiator, lun);
  }

  /** What a config volume may tell of this. */
  PersonalityFacts facts() {
    return new PersonalityFacts(
        id.value(), server, initiator, tenant, image, imageVersion, replica);
  }
}

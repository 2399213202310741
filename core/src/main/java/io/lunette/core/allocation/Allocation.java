/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.image.ImageName;
import io.lunette.core.node.NodeName;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.LunMapping;
import java.time.Instant;
import java.util.List;

/**
 * A replica in the hands of a server.
 *
 * @param id which time
 * @param node where that is
 * @param server who has it
 * @param tenant for whom
 * @param image what it is made of
 * @param imageVersion which version of that it runs; of a split image the one whose shared portion
 *     it sees, while its replica may be of an earlier one
 * @param replica what it is
 * @param state ALLOCATED for as long as the server has it; RETURNED where a request is repeated
 *     whose allocation has ended since
 * @param since when it was handed over
 * @param mapping where the server finds it: portal, target, LUN, URL; portal and target are empty
 *     while the masking does not show it
 * @param luns all that the server sees of it, the replica among them, by number
 */
public record Allocation(
    AllocationId id,
    NodeName node,
    ServerName server,
    TenantName tenant,
    ImageName image,
    int imageVersion,
    ReplicaName replica,
    ReplicaState state,
    Instant since,
    LunMapping mapping,
    List<AllocatedLun> luns) {

  public Allocation {
    luns = List.copyOf(luns);
  }

  /** Whether it has a shared portion besides its replica. */
  public boolean isSplit() {
    return luns.stream().anyMatch(lun -> lun.role() == LunRole.SHARED);
  }

  /** What the server boots from: the shared portion of a split image, else the replica. */
  public LunMapping boot() {
    return luns.stream()
        .filter(lun -> lun.role() == LunRole.SHARED)
        .map(AllocatedLun::mapping)
        .findFirst()
        .orElse(mapping);
  }
}

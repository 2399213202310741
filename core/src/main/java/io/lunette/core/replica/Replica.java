/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import io.lunette.core.image.ImageId;
import io.lunette.core.image.ImageName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.VolumeName;
import java.time.Instant;
import java.util.Optional;

/**
 * A volume made ready for a server.
 *
 * @param name what it is called
 * @param image what it is made of
 * @param imageName the name of that
 * @param imageVersion which version of that name
 * @param kind whether it shares with the image or is a copy of it
 * @param state where it is in its life
 * @param since when it came into that state
 * @param tenant whose data it holds: from ALLOCATED until its scrub has succeeded
 * @param server who holds it, or held it last before the scrub
 * @param attempts scrubs that failed since it was returned
 * @param known the volume that it stands for; empty before that is made, and in catalogs of before
 *     it was kept
 */
public record Replica(
    ReplicaName name,
    ImageId image,
    ImageName imageName,
    int imageVersion,
    CloneKind kind,
    ReplicaState state,
    Instant since,
    Optional<TenantName> tenant,
    Optional<ServerName> server,
    int attempts,
    Optional<ReplicaVolume> known) {

  /** The volume that is this replica. */
  public VolumeName volume() {
    return name.volume();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.image.ImageName;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import java.time.Instant;

/** What became of a request to take a server's replica back. */
public sealed interface ReleaseOutcome {

  /** For a switch that handles every case. */
  enum Kind {
    RELEASED,
    NOTHING_HELD
  }

  /** Which case this is. */
  Kind kind();

  /** The server has lost it; it is in the returned pool. */
  record Released(
      ServerName server,
      TenantName tenant,
      ImageName image,
      ReplicaName replica,
      Instant returnedAt)
      implements ReleaseOutcome {
    @Override
    public Kind kind() {
      return Kind.RELEASED;
    }
  }

  /** The server held none: released already, or never allocated. */
  record NothingHeld(ServerName server) implements ReleaseOutcome {
    @Override
    public Kind kind() {
      return Kind.NOTHING_HELD;
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.image.ImageName;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;

/** What became of a request for a replica. */
public sealed interface AllocationOutcome {

  /** For a switch that handles every case. */
  enum Kind {
    ALLOCATED,
    NO_REPLICA_READY,
    SERVER_BUSY,
    QUOTA_REACHED
  }

  /** Which case this is. */
  Kind kind();

  /**
   * The server has the replica and sees it.
   *
   * @param allocation what it has
   * @param path how it came by it
   */
  record Allocated(Allocation allocation, AllocationPath path) implements AllocationOutcome {

    /** Whether it had it before this call. */
    public boolean repeated() {
      return path == AllocationPath.HELD;
    }

    @Override
    public Kind kind() {
      return Kind.ALLOCATED;
    }
  }

  /**
   * None is ready; nothing was changed. A refill and the scrub of returned ones were started.
   *
   * @param image of which
   * @param building how many are being made
   * @param returned how many wait for a scrub or are scrubbed
   */
  record NoReplicaReady(ImageName image, int building, int returned) implements AllocationOutcome {
    @Override
    public Kind kind() {
      return Kind.NO_REPLICA_READY;
    }
  }

  /** The server holds a replica of another image or for another tenant: release that first. */
  record ServerBusy(
      ServerName server,
      AllocationId holder,
      TenantName tenant,
      ImageName image,
      ReplicaName replica)
      implements AllocationOutcome {
    @Override
    public Kind kind() {
      return Kind.SERVER_BUSY;
    }
  }

  /** What of a tenant is bounded. */
  enum Quota {
    SERVERS,
    SPACE
  }

  /**
   * The tenant has as much as it may have; nothing was changed.
   *
   * @param tenant who
   * @param quota of what
   * @param used servers or bytes that it has
   * @param most that it may have
   */
  record QuotaReached(TenantName tenant, Quota quota, long used, long most)
      implements AllocationOutcome {
    @Override
    public Kind kind() {
      return Kind.QUOTA_REACHED;
    }
  }
}

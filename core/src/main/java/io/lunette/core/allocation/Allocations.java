/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.image.ImageName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import java.util.List;
import java.util.Optional;

/** Hands ready replicas to servers and takes them back. */
public interface Allocations {

  /**
   * Hands a ready replica to a server, which sees it when this returns. Never waits for one to be
   * made. Repeating it with the same arguments returns the same allocation.
   *
   * @throws DomainException NOT_FOUND: no such server or image; CONFLICT if the image belongs to
   *     another tenant; IO if masking failed, after which the call may be repeated
   */
  AllocationOutcome allocate(Actor actor, ServerName server, TenantName tenant, ImageName image)
      throws DomainException;

  /**
   * Takes a server's replica back. When this returns the initiator has lost the LUN, and the
   * replica waits in the returned pool for its scrub. If masking fails the replica counts as
   * returned already and is neither scrubbed nor reused until the LUN is gone; repeat the call.
   *
   * @throws DomainException NOT_FOUND: no such server; IO
   */
  ReleaseOutcome release(Actor actor, ServerName server) throws DomainException;

  /** What all servers hold now, by server. */
  List<Allocation> list() throws DomainException;

  /** What a server holds now. */
  Optional<Allocation> find(ServerName server) throws DomainException;
}

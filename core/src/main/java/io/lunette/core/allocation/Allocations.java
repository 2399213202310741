/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.image.ImageName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Hands ready replicas to servers and takes them back. */
public interface Allocations {

  /** {@link #allocate(Actor, AllocationRequest)} of a replica that is ready. */
  default AllocationOutcome allocate(
      Actor actor, ServerName server, TenantName tenant, ImageName image) throws DomainException {
    return allocate(actor, AllocationRequest.ready(server, tenant, image));
  }

  /**
   * Hands a replica to a server, which sees it when this returns. Waits for none to be made, but
   * for one that is made for this request where it asks for that and none is ready. Repeating it
   * with the same arguments returns the same allocation. Under a key it is carried out once: for 24
   * hours the same request gets the same allocation, even if that has ended since.
   *
   * @throws DomainException NOT_FOUND: no such server or image; BUSY while the server is moved;
   *     CONFLICT if the image belongs to another tenant, another node holds something for the
   *     server, or the key was used for another request; NO_SPACE if one was to be made and there
   *     is no space for it; IO if making it or masking failed, after which the call may be repeated
   */
  AllocationOutcome allocate(Actor actor, AllocationRequest request) throws DomainException;

  /**
   * Takes a server's replica back; a move of the server that is under way ends. When this returns
   * the initiator has lost the LUN, and the replica waits in the returned pool for its scrub. If
   * masking fails the replica counts as returned already and is neither scrubbed nor reused until
   * the LUN is gone; repeat the call.
   *
   * <p>Under a key it is carried out once: for 24 hours the same request gets the same answer, and
   * does not take back what the server was given since.
   *
   * @throws DomainException NOT_FOUND: no such server; CONFLICT if another node holds what it has,
   *     or the key was used for another request; IO
   */
  ReleaseOutcome release(Actor actor, ServerName server, Optional<RequestKey> key)
      throws DomainException;

  /** {@link #release(Actor, ServerName, Optional)} without a key. */
  default ReleaseOutcome release(Actor actor, ServerName server) throws DomainException {
    return release(actor, server, Optional.empty());
  }

  /**
   * A page of what servers hold now, by server.
   *
   * @param after only servers behind this one: the last of the page before
   * @param limit at most so many
   */
  List<Allocation> page(Optional<ServerName> after, int limit) throws DomainException;

  /** What all servers hold now, by server. */
  List<Allocation> list() throws DomainException;

  /** What a server holds now. */
  Optional<Allocation> find(ServerName server) throws DomainException;

  /** What each tenant has now; one that has nothing is not there. */
  Map<TenantName, TenantUsage> usages() throws DomainException;

  /** What a tenant has now. */
  TenantUsage usage(TenantName tenant) throws DomainException;

  /**
   * What a tenant used, by server and image: what it is billed by. What it still holds counts up to
   * now.
   *
   * @param from the beginning of the time that counts
   * @param until its end, which is not before its beginning
   * @throws DomainException INVALID
   */
  List<MeteredUse> metered(TenantName tenant, Instant from, Instant until) throws DomainException;
}

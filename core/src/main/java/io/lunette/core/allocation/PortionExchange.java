/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.server.ServerLocks;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Gives a server that holds a split image the shared portion of another version, under the same
 * number, while its replica, the writable volume, stays as it is and in reach.
 *
 * <p>The old portion is taken away before the new one shows, and between the two the server is
 * restarted: a system that still runs would take the blocks of the one for those of the other. The
 * catalog says first what is to be seen, and the masking follows; each call may be repeated, and a
 * start derives from the catalog what a crash left undone. Thread-safe.
 */
public final class PortionExchange {

  private final Catalog catalog;
  private final LunMasking masking;
  private final ImageLedger images;
  private final AllocationLedger allocations;
  private final AllocationLuns luns;
  private final ServerLocks locks;
  private final CatalogAuditTrail audit;

  public PortionExchange(
      Catalog catalog,
      LunMasking masking,
      ImageLedger images,
      AllocationLedger allocations,
      AllocationLuns luns,
      ServerLocks locks,
      CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.masking = masking;
    this.images = images;
    this.allocations = allocations;
    this.luns = luns;
    this.locks = locks;
    this.audit = audit;
  }

  /**
   * Takes the shared portion of an allocation out of the server's reach; its number stays taken.
   *
   * @return false if the allocation has ended
   * @throws DomainException IO if masking failed; the call may be repeated
   */
  public boolean hide(ServerName server, AllocationId allocation) throws DomainException {
    return locked(
        server,
        () -> {
          Optional<HeldLun> portion =
              catalog.change(transaction -> hide(transaction, server, allocation));
          if (portion.isPresent()) {
            masking.unmap(portion.get().volume(), portion.get().initiator());
          }
          return portion.isPresent();
        });
  }

  private Optional<HeldLun> hide(
      Transaction transaction, ServerName server, AllocationId allocation) throws DomainException {
    Optional<HeldReplica> held = held(transaction, server, allocation);
    if (held.isEmpty()) {
      return Optional.empty();
    }
    HeldLun portion = portion(transaction, held.get());
    if (portion.shown()) {
      change(transaction, portion, portion.shown(false));
    }
    return Optional.of(portion);
  }

  /**
   * Shows the server the shared portion of the version that is current now.
   *
   * @return false if the allocation has ended
   * @throws DomainException NOT_FOUND, BUSY, CONFLICT if there is no current version, or it is not
   *     split or another tenant's; IO if masking failed; the call may be repeated
   */
  public boolean showCurrent(Actor actor, ServerName server, AllocationId allocation)
      throws DomainException {
    return locked(
        server,
        () ->
            map(
                catalog.change(
                    transaction -> showCurrent(transaction, actor, server, allocation))));
  }

  private Optional<HeldLun> showCurrent(
      Transaction transaction, Actor actor, ServerName server, AllocationId allocation)
      throws DomainException {
    Optional<HeldReplica> held = held(transaction, server, allocation);
    if (held.isEmpty()) {
      return Optional.empty();
    }
    HeldLun before = portion(transaction, held.get());
    Image current = images.getAvailable(transaction, held.get().image());
    if (current.shared().isEmpty()) {
      throw new DomainException(
          DomainException.Kind.CONFLICT, "image '" + current.ref() + "' has no shared portion");
    }
    current.requireFor(held.get().tenant());
    HeldLun after = before.of(current.shared().get().volume()).shown(true);
    if (!after.equals(before)) {
      change(transaction, before, after);
    }
    if (held.get().imageVersion() != current.version()) {
      if (!allocations.runs(transaction, held.get(), current)) {
        throw changed(server);
      }
      audit.record(
          transaction,
          actor,
          "rollout.exchange",
          server.value(),
          "shared portion of "
              + held.get().image()
              + ":"
              + held.get().imageVersion()
              + " for that of "
              + current.ref()
              + ", replica "
              + held.get().replica()
              + " kept");
    }
    return Optional.of(after);
  }

  /**
   * Shows the server the portion that it had, if that is hidden.
   *
   * @return false if the allocation has ended
   * @throws DomainException IO if masking failed; the call may be repeated
   */
  public boolean showAgain(ServerName server, AllocationId allocation) throws DomainException {
    return locked(
        server,
        () ->
            map(
                catalog.change(
                    transaction -> {
                      Optional<HeldReplica> held = held(transaction, server, allocation);
                      if (held.isEmpty()) {
                        return Optional.<HeldLun>empty();
                      }
                      HeldLun portion = portion(transaction, held.get());
                      if (!portion.shown()) {
                        change(transaction, portion, portion.shown(true));
                      }
                      return Optional.of(portion.shown(true));
                    })));
  }

  private boolean map(Optional<HeldLun> portion) throws VolumeException {
    if (portion.isPresent()) {
      HeldLun lun = portion.get();
      masking.map(lun.volume(), lun.initiator(), lun.role().mode(), OptionalInt.of(lun.lun()));
    }
    return portion.isPresent();
  }

  private Optional<HeldReplica> held(
      Transaction transaction, ServerName server, AllocationId allocation) throws DomainException {
    Optional<HeldReplica> held =
        allocations.heldBy(transaction, server).filter(each -> each.id().equals(allocation));
    if (held.isPresent()) {
      held.get().requireHere(transaction);
    }
    return held;
  }

  private HeldLun portion(Transaction transaction, HeldReplica held) throws DomainException {
    return luns.of(transaction, held.id()).stream()
        .filter(lun -> lun.role() == LunRole.SHARED)
        .findFirst()
        .orElseThrow(
            () ->
                new DomainException(
                    DomainException.Kind.INVALID,
                    "server '" + held.server() + "' has no shared portion"));
  }

  private void change(Transaction transaction, HeldLun from, HeldLun to) throws DomainException {
    if (!luns.change(transaction, from, to)) {
      throw changed(from.server());
    }
  }

  private static DomainException changed(ServerName server) {
    return new DomainException(
        DomainException.Kind.CONFLICT,
        "what server '" + server + "' holds has changed meanwhile; repeat the call");
  }

  /** What is done to the access of one server while nothing else is. */
  private interface Step {
    boolean run() throws DomainException, VolumeException;
  }

  private boolean locked(ServerName server, Step step) throws DomainException {
    ServerLocks.Held lock = locks.hold(server);
    try {
      return step.run();
    } catch (VolumeException e) {
      throw DomainException.of(e);
    } finally {
      lock.release();
    }
  }
}

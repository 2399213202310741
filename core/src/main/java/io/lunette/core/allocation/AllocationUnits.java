/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.personality.PersonalityFacts;
import io.lunette.core.personality.PersonalityVolumes;
import io.lunette.core.replica.Replica;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * The logical units of allocations: the replica and what a server sees besides it. They take the
 * server's lowest free numbers in this order: shared portion, replica, config volume.
 *
 * <p>Thread-safe; calls that mean one server are made under its lock.
 */
public final class AllocationUnits {

  private final Catalog catalog;
  private final LunMasking masking;
  private final AllocationLuns luns;
  private final PersonalityVolumes personalities;

  public AllocationUnits(
      Catalog catalog, LunMasking masking, AllocationLuns luns, PersonalityVolumes personalities) {
    this.catalog = catalog;
    this.masking = masking;
    this.luns = luns;
    this.personalities = personalities;
  }

  /** Takes the number of what comes before the replica. */
  OptionalInt takeShared(Transaction transaction, Server server, Image image)
      throws DomainException {
    return image.shared().isPresent()
        ? OptionalInt.of(luns.take(transaction, server, image.shared().get().volume()))
        : OptionalInt.empty();
  }

  /**
   * Adds what an allocation that was just begun has besides its replica.
   *
   * @param sharedLun what {@link #takeShared} took
   * @throws DomainException INVALID if the image's templates do not fit the server
   */
  void begin(
      Transaction transaction,
      AllocationId id,
      Server server,
      Image image,
      Replica replica,
      OptionalInt sharedLun)
      throws DomainException {
    if (sharedLun.isPresent()) {
      luns.add(
          transaction,
          new HeldLun(
              id,
              LunRole.SHARED,
              image.shared().get().volume(),
              server.name(),
              server.initiator(),
              sharedLun.getAsInt(),
              true));
    }
    PersonalityFacts facts =
        new PersonalityFacts(
            id.value(),
            server.name(),
            server.initiator(),
            replica.tenant().orElseThrow(),
            image.name(),
            image.version(),
            replica.name());
    if (personalities.isWanted(transaction, image.series(), facts)) {
      luns.add(
          transaction,
          new HeldLun(
              id,
              LunRole.PERSONALITY,
              facts.volume(),
              server.name(),
              server.initiator(),
              luns.take(transaction, server, facts.volume()),
              true));
    }
  }

  /** All that a server holds, by number. */
  List<HeldLun> of(Transaction transaction, HeldReplica held) throws DomainException {
    List<HeldLun> all = new ArrayList<>(luns.of(transaction, held.id()));
    all.add(held.unit());
    all.sort(Comparator.comparingInt(HeldLun::lun));
    return all;
  }

  /** All that servers are to see now of this node besides their replicas. */
  public List<HeldLun> shownHere(Transaction transaction) throws DomainException {
    return luns.shownHere(transaction);
  }

  /** All that servers hold besides their replicas, of whatever node. */
  public List<HeldLun> held(Transaction transaction) throws DomainException {
    return luns.held(transaction);
  }

  /** Shows a server what it holds; what it sees already stays. */
  List<AllocatedLun> show(HeldReplica held) throws DomainException {
    List<AllocatedLun> shown = new ArrayList<>();
    try {
      for (HeldLun lun : catalog.read(transaction -> of(transaction, held))) {
        if (lun.role() == LunRole.PERSONALITY) {
          personalities.ensure(held.facts());
        }
        shown.add(
            new AllocatedLun(
                lun.role(),
                lun.shown()
                    ? masking.map(
                        lun.volume(), lun.initiator(), lun.role().mode(), OptionalInt.of(lun.lun()))
                    : lun.unmapped()));
      }
      return shown;
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  /** Makes what a crash may have left unmade, before it is shown. */
  public void prepare(HeldReplica held) throws DomainException {
    for (HeldLun lun : catalog.read(transaction -> luns.of(transaction, held.id()))) {
      if (lun.role() == LunRole.PERSONALITY) {
        personalities.ensure(held.facts());
      }
    }
  }

  /** Takes from a server what it has still of allocations that have ended, but for replicas. */
  void finish(ServerName server) throws DomainException {
    for (HeldLun lun : unfinished()) {
      if (lun.server().equals(server)) {
        take(lun);
      }
    }
  }

  private void take(HeldLun lun) throws DomainException {
    try {
      masking.unmap(lun.volume(), lun.initiator());
      if (lun.role() == LunRole.PERSONALITY) {
        personalities.remove(lun.volume());
      }
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
    catalog.change(
        transaction -> {
          luns.remove(transaction, lun);
          return null;
        });
  }

  /** What has still to be taken from servers, but for replicas. */
  List<HeldLun> unfinished() throws DomainException {
    return catalog.read(luns::released);
  }

  /** Servers from which something has still to be taken, by whatever node. */
  Set<ServerName> unfinishedAnywhere(Transaction transaction) throws DomainException {
    Set<ServerName> servers = new TreeSet<>();
    luns.releasedAnywhere(transaction).forEach(lun -> servers.add(lun.server()));
    return servers;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageDependents;
import io.lunette.core.image.SharedPortion;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerLuns;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * What servers see besides their replicas, in a transaction under way. An entry outlives its
 * allocation until the volume is out of the initiator's reach, so that no crash leaves it visible
 * and forgotten. Stateless, so thread-safe.
 */
public final class AllocationLuns implements ImageDependents {

  private static final String SELECT =
      "SELECT l.* FROM allocation_lun l JOIN allocation a ON a.id = l.allocation";

  private static final String OF_NODE =
      SELECT + " JOIN image i ON i.id = a.image_id WHERE i.node = ? AND a.ended IS ";

  private static final String ORDER = " ORDER BY l.server, l.lun";

  private final ServerLuns luns;

  public AllocationLuns(ServerLuns luns) {
    this.luns = luns;
  }

  /** Takes the next number of a server for a volume. */
  int take(Transaction transaction, Server server, VolumeName volume) throws DomainException {
    return luns.take(transaction, server.name(), volume, OptionalInt.empty());
  }

  /** Adds one whose number was taken. */
  void add(Transaction transaction, HeldLun lun) throws DomainException {
    transaction.update(
        "INSERT INTO allocation_lun (allocation, role, volume, server, initiator, lun, shown)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
        lun.allocation().value(),
        lun.role(),
        lun.volume().value(),
        lun.server().value(),
        lun.initiator().value(),
        lun.lun(),
        lun.shown());
  }

  /**
   * Makes one what it is to be: hidden or shown, and what it shows. Its number stays.
   *
   * @return whether it was what the caller thought
   */
  boolean change(Transaction transaction, HeldLun from, HeldLun to) throws DomainException {
    boolean changed =
        transaction.update(
                "UPDATE allocation_lun SET volume = ?, shown = ?"
                    + " WHERE allocation = ? AND role = ? AND volume = ? AND shown = ?",
                to.volume().value(),
                to.shown(),
                from.allocation().value(),
                from.role(),
                from.volume().value(),
                from.shown())
            == 1;
    if (changed && !to.volume().equals(from.volume())) {
      luns.replace(transaction, from.server(), from.volume(), to.volume());
    }
    return changed;
  }

  /** Those of allocations that have not ended, of whatever node. */
  List<HeldLun> held(Transaction transaction) throws DomainException {
    return transaction.query(SELECT + " WHERE a.ended IS NULL" + ORDER, AllocationLuns::lun);
  }

  /** Those of allocations of this node that have not ended, which servers are to see now. */
  List<HeldLun> shownHere(Transaction transaction) throws DomainException {
    return transaction.query(
        OF_NODE + "NULL AND l.shown = 1" + ORDER, AllocationLuns::lun, transaction.node().value());
  }

  /** Those of one allocation. */
  List<HeldLun> of(Transaction transaction, AllocationId allocation) throws DomainException {
    return transaction.query(
        "SELECT * FROM allocation_lun WHERE allocation = ? ORDER BY lun",
        AllocationLuns::lun,
        allocation.value());
  }

  /** Those of allocations of this node that have ended, which have still to be taken away. */
  List<HeldLun> released(Transaction transaction) throws DomainException {
    return transaction.query(
        OF_NODE + "NOT NULL" + ORDER, AllocationLuns::lun, transaction.node().value());
  }

  /** The same of whatever node. */
  List<HeldLun> releasedAnywhere(Transaction transaction) throws DomainException {
    return transaction.query(SELECT + " WHERE a.ended IS NOT NULL" + ORDER, AllocationLuns::lun);
  }

  /** All volumes of this node that somebody may see. */
  public List<VolumeName> volumes(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT DISTINCT l.volume FROM allocation_lun l JOIN allocation a ON a.id = l.allocation"
            + " JOIN image i ON i.id = a.image_id WHERE i.node = ?",
        row -> new VolumeName(row.text("volume")),
        transaction.node().value());
  }

  /** A version goes only when nobody sees its shared portion, whatever replicas are made of. */
  @Override
  public void letGo(Transaction transaction, Actor actor, Image image) throws DomainException {
    Optional<VolumeName> portion = image.shared().map(SharedPortion::volume);
    if (portion.isPresent() && volumes(transaction).contains(portion.get())) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "servers run image '"
              + image.ref()
              + "'; release them, or publish another version and upgrade them, first");
    }
  }

  /** Forgets one that is out of reach. */
  void remove(Transaction transaction, HeldLun lun) throws DomainException {
    luns.free(transaction, lun.server(), lun.volume());
    transaction.update(
        "DELETE FROM allocation_lun WHERE allocation = ? AND role = ?",
        lun.allocation().value(),
        lun.role());
  }

  private static HeldLun lun(Row row) throws DomainException {
    return new HeldLun(
        new AllocationId(UUID.fromString(row.text("allocation"))),
        row.constant("role", LunRole.class),
        new VolumeName(row.text("volume")),
        new ServerName(row.text("server")),
        new InitiatorName(row.text("initiator")),
        row.integer("lun"),
        row.flag("shown"));
  }
}

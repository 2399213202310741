/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerLuns;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * What servers see besides their replicas, in a transaction under way. An entry outlives its
 * allocation until the volume is out of the initiator's reach, so that no crash leaves it visible
 * and forgotten. Stateless, so thread-safe.
 */
public final class AllocationLuns {

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
        "INSERT INTO allocation_lun (allocation, role, volume, server, initiator, lun)"
            + " VALUES (?, ?, ?, ?, ?, ?)",
        lun.allocation().value(),
        lun.role(),
        lun.volume().value(),
        lun.server().value(),
        lun.initiator().value(),
        lun.lun());
  }

  /** Those of allocations that have not ended, of whatever node. */
  List<HeldLun> held(Transaction transaction) throws DomainException {
    return transaction.query(SELECT + " WHERE a.ended IS NULL" + ORDER, AllocationLuns::lun);
  }

  /** Those of allocations of this node that have not ended. */
  List<HeldLun> heldHere(Transaction transaction) throws DomainException {
    return transaction.query(
        OF_NODE + "NULL" + ORDER, AllocationLuns::lun, transaction.node().value());
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

  /** All volumes that somebody may see. */
  public List<VolumeName> volumes(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT DISTINCT volume FROM allocation_lun", row -> new VolumeName(row.text("volume")));
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
        row.integer("lun"));
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageName;
import io.lunette.core.node.NodeName;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.server.ServerDependents;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantDependents;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.InitiatorName;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The allocations in a transaction under way. Stateless, so thread-safe. */
public final class AllocationLedger implements ServerDependents, TenantDependents {

  private static final Comparator<List<String>> BY_SERVER_AND_IMAGE =
      Comparator.<List<String>, String>comparing(key -> key.get(0))
          .thenComparing(key -> key.get(1));

  private static final String SELECT =
      "SELECT a.*, i.name AS image_name, i.version AS image_version, i.node, s.initiator"
          + " FROM allocation a"
          + " JOIN image i ON i.id = a.image_id JOIN server s ON s.name = a.server";

  private static final String SELECT_HELD = SELECT + " WHERE a.ended IS NULL";

  /** What all servers hold, of whatever node, by server. */
  public List<HeldReplica> held(Transaction transaction) throws DomainException {
    return transaction.query(SELECT_HELD + " ORDER BY a.server", AllocationLedger::heldReplica);
  }

  /** What servers behind one hold, of whatever node, by server. */
  List<HeldReplica> heldAfter(Transaction transaction, Optional<ServerName> after, int limit)
      throws DomainException {
    return transaction.query(
        SELECT_HELD + " AND a.server > ? ORDER BY a.server LIMIT ?",
        AllocationLedger::heldReplica,
        after.map(ServerName::value).orElse(""),
        limit);
  }

  /** What servers hold of the node that makes the transaction, by server. */
  public List<HeldReplica> heldHere(Transaction transaction) throws DomainException {
    return transaction.query(
        SELECT_HELD + " AND i.node = ? ORDER BY a.server",
        AllocationLedger::heldReplica,
        transaction.node().value());
  }

  /** What a server holds, of whatever node. */
  public Optional<HeldReplica> heldBy(Transaction transaction, ServerName server)
      throws DomainException {
    return transaction.first(
        SELECT_HELD + " AND a.server = ?", AllocationLedger::heldReplica, server.value());
  }

  /**
   * An allocation, whether or not it has ended.
   *
   * @throws DomainException NOT_FOUND if its server has been removed since
   */
  HeldReplica get(Transaction transaction, AllocationId id) throws DomainException {
    return transaction
        .first(SELECT + " WHERE a.id = ?", AllocationLedger::heldReplica, id.value())
        .orElseThrow(
            () ->
                new DomainException(
                    DomainException.Kind.NOT_FOUND,
                    "the request was carried out, and its server has been removed since"));
  }

  /** How many servers hold a replica for a tenant. */
  int count(Transaction transaction, TenantName tenant) throws DomainException {
    return transaction
        .first(
            "SELECT COUNT(*) AS number FROM allocation WHERE tenant = ? AND ended IS NULL",
            row -> row.integer("number"),
            tenant.value())
        .orElse(0);
  }

  /** What servers hold for a tenant. */
  List<ReplicaName> replicasOf(Transaction transaction, TenantName tenant) throws DomainException {
    return transaction.query(
        "SELECT replica FROM allocation WHERE tenant = ? AND ended IS NULL ORDER BY replica",
        row -> new ReplicaName(row.text("replica")),
        tenant.value());
  }

  /** What a tenant used of whatever node, by server and image. */
  List<MeteredUse> metered(Transaction transaction, TenantName tenant, Instant from, Instant until)
      throws DomainException {
    Map<List<String>, MeteredUse> uses = new TreeMap<>(BY_SERVER_AND_IMAGE);
    transaction.query(
        "SELECT a.server, i.name AS image, a.since, a.ended FROM allocation a"
            + " JOIN image i ON i.id = a.image_id"
            + " WHERE a.tenant = ? AND a.since < ? AND (a.ended IS NULL OR a.ended > ?)",
        row -> {
          Instant since = row.instant("since");
          Instant ended = row.optionalInstant("ended").orElse(transaction.now());
          Duration held =
              Duration.between(
                  since.isBefore(from) ? from : since, ended.isBefore(until) ? ended : until);
          MeteredUse none =
              new MeteredUse(
                  new ServerName(row.text("server")),
                  new ImageName(row.text("image")),
                  0,
                  Duration.ZERO);
          if (!held.isNegative()) {
            uses.merge(
                List.of(none.server().value(), none.image().value()),
                none.plus(held),
                (all, more) -> all.plus(more.held()));
          }
          return null;
        },
        tenant.value(),
        until,
        from);
    return List.copyOf(uses.values());
  }

  void begin(Transaction transaction, AllocationId id, Replica replica, int lun)
      throws DomainException {
    transaction.update(
        "INSERT INTO allocation (id, server, tenant, image_id, replica, lun, since)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
        id.value(),
        replica.server().orElseThrow().value(),
        replica.tenant().orElseThrow().value(),
        replica.image().value(),
        replica.name().value(),
        lun,
        transaction.now());
  }

  /**
   * Notes that a server runs another version of the image than before; the replica stays. Whether
   * it still held that allocation of that version.
   */
  boolean runs(Transaction transaction, HeldReplica held, Image now) throws DomainException {
    return transaction.update(
            "UPDATE allocation SET image_id = ? WHERE id = ? AND ended IS NULL AND image_id ="
                + " (SELECT id FROM image WHERE node = ? AND name = ? AND version = ?"
                + " AND state IN ('AVAILABLE', 'RETIRED'))",
            now.id().value(),
            held.id().value(),
            held.node().value(),
            held.image().value(),
            held.imageVersion())
        == 1;
  }

  /** Ends an allocation; whether it had not ended before. */
  public boolean end(Transaction transaction, AllocationId id) throws DomainException {
    return transaction.update(
            "UPDATE allocation SET ended = ? WHERE id = ? AND ended IS NULL",
            transaction.now(),
            id.value())
        == 1;
  }

  @Override
  public void requireNone(Transaction transaction, ServerName server) throws DomainException {
    Optional<HeldReplica> held = heldBy(transaction, server);
    if (held.isPresent()) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "server '" + server + "' holds replica '" + held.get().replica() + "'; release it first");
    }
  }

  @Override
  public void requireNone(Transaction transaction, TenantName tenant) throws DomainException {
    int held = count(transaction, tenant);
    if (held > 0) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          (held == 1 ? "a server holds a replica" : held + " servers hold replicas")
              + " for tenant '"
              + tenant
              + "'; 'release' ends that");
    }
  }

  private static HeldReplica heldReplica(Row row) throws DomainException {
    return new HeldReplica(
        new AllocationId(UUID.fromString(row.text("id"))),
        new NodeName(row.text("node")),
        new ServerName(row.text("server")),
        new InitiatorName(row.text("initiator")),
        new TenantName(row.text("tenant")),
        new ImageName(row.text("image_name")),
        row.integer("image_version"),
        new ReplicaName(row.text("replica")),
        row.integer("lun"),
        row.instant("since"),
        row.optionalInstant("ended"));
  }
}

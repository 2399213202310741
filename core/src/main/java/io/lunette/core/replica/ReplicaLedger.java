/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageId;
import io.lunette.core.image.ImageName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The only writer of replica states. Every move is checked against {@link ReplicaState}, made only
 * from the state that the caller expects, and recorded in the same transaction; so two who want one
 * replica cannot both have it. A replica belongs to the node of its image; what is asked for is
 * that of the node that makes the transaction. Stateless, so thread-safe.
 */
public final class ReplicaLedger {

  private static final String ALL =
      "SELECT r.*, i.name AS image_name, i.version AS image_version"
          + " FROM replica r JOIN image i ON i.id = r.image_id ";

  /** Replicas of one node, which is the first argument. */
  static final String SELECT = ALL + "WHERE i.node = ? AND ";

  private static final int TRIES = 100;

  /** Adds replicas that are to be made, with names never used before. */
  public List<ReplicaName> build(
      Transaction transaction, Image image, CloneKind kind, int count, Actor actor, String reason)
      throws DomainException {
    transaction.update("UPDATE counter SET value = value + ? WHERE name = 'replica'", count);
    long last =
        transaction
            .first("SELECT value FROM counter WHERE name = 'replica'", row -> row.number("value"))
            .orElseThrow();
    List<ReplicaName> names = new ArrayList<>(count);
    List<Object[]> rows = new ArrayList<>(count);
    List<Object[]> moves = new ArrayList<>(count);
    for (long number = last - count + 1; number <= last; number++) {
      ReplicaName name = new ReplicaName(image.name() + "-" + number);
      names.add(name);
      rows.add(
          new Object[] {
            name.value(), image.id().value(), kind, ReplicaState.BUILDING, transaction.now()
          });
      moves.add(moveRow(transaction, name, null, ReplicaState.BUILDING, actor, reason));
    }
    transaction.batch(
        "INSERT INTO replica (name, image_id, kind, state, since, attempts, volume_gone)"
            + " VALUES (?, ?, ?, ?, ?, 0, 0)",
        rows);
    recordMoves(transaction, moves);
    return names;
  }

  /** Sees to it that no replica made from now on has this number or a smaller one. */
  public void skipNumbersTo(Transaction transaction, long number) throws DomainException {
    transaction.update(
        "UPDATE counter SET value = ? WHERE name = 'replica' AND value < ?", number, number);
  }

  /**
   * Moves a replica; whether it was in the state expected. If not, nothing has changed.
   *
   * @throws IllegalArgumentException if there is no such move
   */
  public boolean move(
      Transaction transaction,
      ReplicaName name,
      ReplicaState from,
      ReplicaState to,
      Actor actor,
      String reason)
      throws DomainException {
    return !moveAll(transaction, List.of(name), from, to, actor, reason).isEmpty();
  }

  /** Moves those of the replicas that are in the state expected; which these are. */
  public List<ReplicaName> moveAll(
      Transaction transaction,
      List<ReplicaName> names,
      ReplicaState from,
      ReplicaState to,
      Actor actor,
      String reason)
      throws DomainException {
    if (!from.mayBecome(to)) {
      throw new IllegalArgumentException("no replica goes from " + from + " to " + to);
    }
    if (names.isEmpty()) {
      return List.of();
    }
    int[] changed =
        transaction.batch(
            "UPDATE replica SET state = ?, since = ? WHERE name = ? AND state = ?",
            names.stream()
                .map(name -> new Object[] {to, transaction.now(), name.value(), from})
                .toList());
    List<ReplicaName> moved = new ArrayList<>();
    List<Object[]> moves = new ArrayList<>();
    for (int i = 0; i < changed.length; i++) {
      if (changed[i] == 1) {
        moved.add(names.get(i));
        moves.add(moveRow(transaction, names.get(i), from, to, actor, reason));
      }
    }
    recordMoves(transaction, moves);
    return moved;
  }

  /** Takes the replica that has been ready longest for a server; empty if none is ready. */
  public Optional<Replica> takeReady(
      Transaction transaction, ImageId image, TenantName tenant, ServerName server, Actor actor)
      throws DomainException {
    for (int tries = 0; tries < TRIES; tries++) {
      List<Replica> oldest = inState(transaction, image, ReplicaState.READY, 1);
      if (oldest.isEmpty()) {
        return Optional.empty();
      }
      ReplicaName name = oldest.get(0).name();
      String reason = "allocated to server " + server + " for tenant " + tenant;
      if (move(transaction, name, ReplicaState.READY, ReplicaState.ALLOCATED, actor, reason)) {
        transaction.update(
            "UPDATE replica SET tenant = ?, server = ?, attempts = 0"
                + " WHERE name = ? AND state = 'ALLOCATED'",
            tenant.value(),
            server.value(),
            name.value());
        return find(transaction, name);
      }
    }
    throw new DomainException(
        DomainException.Kind.CONFLICT, "others take ready replicas faster; repeat the call");
  }

  /** Forgets whose data a replica held: its scrub has succeeded, or nobody knows. */
  public void clearHolder(Transaction transaction, ReplicaName name) throws DomainException {
    transaction.update(
        "UPDATE replica SET tenant = NULL, server = NULL, attempts = 0"
            + " WHERE name = ? AND state IN ('READY', 'BUILDING', 'RETIRED', 'QUARANTINED')",
        name.value());
  }

  /** Counts a scrub that failed; whether the replica was still being scrubbed as the caller saw. */
  public boolean scrubFailed(Transaction transaction, Replica replica) throws DomainException {
    return transaction.update(
            "UPDATE replica SET attempts = attempts + 1"
                + " WHERE name = ? AND state = 'SCRUBBING' AND attempts = ?",
            replica.name().value(),
            replica.attempts())
        == 1;
  }

  /** Forgets that scrubs have failed, of one that is scrubbed once more. */
  public void forgetFailures(Transaction transaction, ReplicaName name) throws DomainException {
    transaction.update(
        "UPDATE replica SET attempts = 0 WHERE name = ? AND state = 'SCRUBBING'", name.value());
  }

  /** Notes from which initiator a replica that was just returned has still to be taken. */
  public void awaitUnmask(Transaction transaction, ReplicaName name, InitiatorName initiator)
      throws DomainException {
    transaction.update(
        "UPDATE replica SET unmask = ? WHERE name = ? AND state = 'RETURNED' AND unmask IS NULL",
        initiator.value(),
        name.value());
  }

  /** Notes that a replica which had still to be taken from an initiator is out of its reach. */
  public void unmasked(Transaction transaction, PendingUnmask pending) throws DomainException {
    transaction.update(
        "UPDATE replica SET unmask = NULL WHERE name = ? AND unmask = ?",
        pending.replica().name().value(),
        pending.initiator().value());
  }

  /** Replicas that have still to be taken from an initiator. */
  public List<PendingUnmask> pendingUnmasks(Transaction transaction) throws DomainException {
    return transaction.query(
        SELECT + "r.unmask IS NOT NULL ORDER BY r.name",
        ReplicaLedger::pendingUnmask,
        transaction.node().value());
  }

  /** Replicas that have still to be taken from a server's initiator. */
  public List<PendingUnmask> pendingUnmasks(Transaction transaction, ServerName server)
      throws DomainException {
    return transaction.query(
        SELECT + "r.unmask IS NOT NULL AND r.server = ? ORDER BY r.name",
        ReplicaLedger::pendingUnmask,
        transaction.node().value(),
        server.value());
  }

  /** A replica of whatever node that has still to be taken from a server's initiator. */
  public Optional<PendingUnmask> anyPendingUnmask(Transaction transaction, ServerName server)
      throws DomainException {
    return transaction.first(
        ALL + "WHERE r.unmask IS NOT NULL AND r.server = ?",
        ReplicaLedger::pendingUnmask,
        server.value());
  }

  private static PendingUnmask pendingUnmask(Row row) throws DomainException {
    return new PendingUnmask(replica(row), new InitiatorName(row.text("unmask")));
  }

  /** Returned replicas of an image that are out of reach, the oldest first. */
  public List<Replica> scrubbable(Transaction transaction, ImageId image) throws DomainException {
    return transaction.query(
        SELECT
            + "r.image_id = ? AND r.state = 'RETURNED' AND r.unmask IS NULL"
            + " ORDER BY r.since, r.name",
        ReplicaLedger::replica,
        transaction.node().value(),
        image.value());
  }

  public Optional<Replica> find(Transaction transaction, ReplicaName name) throws DomainException {
    return transaction.first(
        SELECT + "r.name = ?", ReplicaLedger::replica, transaction.node().value(), name.value());
  }

  /** Replicas of an image in a state, those that came into it first before the others. */
  public List<Replica> inState(
      Transaction transaction, ImageId image, ReplicaState state, int limit)
      throws DomainException {
    return transaction.query(
        SELECT + "r.image_id = ? AND r.state = ? ORDER BY r.since, r.name LIMIT ?",
        ReplicaLedger::replica,
        transaction.node().value(),
        image.value(),
        state,
        limit);
  }

  /** Replicas of all images in a state, those that came into it first before the others. */
  public List<Replica> inState(Transaction transaction, ReplicaState state, int limit)
      throws DomainException {
    return transaction.query(
        SELECT + "r.state = ? ORDER BY r.since, r.name LIMIT ?",
        ReplicaLedger::replica,
        transaction.node().value(),
        state,
        limit);
  }

  /** How many replicas of each image are in each state; RETIRED ones are not counted. */
  public Map<ImageId, Map<ReplicaState, Integer>> counts(Transaction transaction)
      throws DomainException {
    Map<ImageId, Map<ReplicaState, Integer>> counts = new HashMap<>();
    transaction.query(
        "SELECT r.image_id, r.state, COUNT(*) AS number FROM replica r JOIN image i"
            + " ON i.id = r.image_id WHERE i.node = ? AND r.state <> 'RETIRED'"
            + " GROUP BY r.image_id, r.state",
        row ->
            counts
                .computeIfAbsent(ImageId.parse(row.text("image_id")), id -> new HashMap<>())
                .put(row.constant("state", ReplicaState.class), row.integer("number")),
        transaction.node().value());
    return counts;
  }

  /** How many replicas of all versions of each series are in each state; not RETIRED ones. */
  public Map<ImageId, Map<ReplicaState, Integer>> countsOfSeries(Transaction transaction)
      throws DomainException {
    Map<ImageId, Map<ReplicaState, Integer>> counts = new HashMap<>();
    transaction.query(
        "SELECT i.series, r.state, COUNT(*) AS number FROM replica r JOIN image i"
            + " ON i.id = r.image_id WHERE i.node = ? AND r.state <> 'RETIRED'"
            + " GROUP BY i.series, r.state",
        row ->
            counts
                .computeIfAbsent(ImageId.parse(row.text("series")), id -> new HashMap<>())
                .put(row.constant("state", ReplicaState.class), row.integer("number")),
        transaction.node().value());
    return counts;
  }

  /** The replica of a series that has been in a state longest. */
  public Optional<Replica> oldestOfSeries(
      Transaction transaction, ImageId series, ReplicaState state) throws DomainException {
    return transaction.first(
        SELECT + "i.series = ? AND r.state = ? ORDER BY r.since, r.name LIMIT 1",
        ReplicaLedger::replica,
        transaction.node().value(),
        series.value(),
        state);
  }

  /** Replicas in a state that are made of versions which are not current. */
  public List<ReplicaName> superseded(Transaction transaction, ReplicaState state, int limit)
      throws DomainException {
    return transaction.query(
        "SELECT name FROM replica WHERE state = ?"
            + " AND image_id IN (SELECT id FROM image WHERE node = ? AND is_current = 0) LIMIT ?",
        row -> new ReplicaName(row.text("name")),
        state,
        transaction.node().value(),
        limit);
  }

  /** How many replicas of an image are in a state. */
  public int count(Transaction transaction, ImageId image, ReplicaState state)
      throws DomainException {
    return transaction
        .first(
            "SELECT COUNT(*) AS number FROM replica WHERE image_id = ? AND state = ?",
            row -> row.integer("number"),
            image.value(),
            state)
        .orElse(0);
  }

  /** RETIRED replicas whose volumes have still to be deleted. */
  public List<ReplicaName> volumesToDelete(Transaction transaction, int limit)
      throws DomainException {
    return transaction.query(
        "SELECT r.name FROM replica r JOIN image i ON i.id = r.image_id WHERE i.node = ?"
            + " AND r.state = 'RETIRED' AND r.volume_gone = 0 LIMIT ?",
        row -> new ReplicaName(row.text("name")),
        transaction.node().value(),
        limit);
  }

  /** Records that the volumes of RETIRED replicas have been deleted. */
  public void markVolumesGone(Transaction transaction, List<ReplicaName> names)
      throws DomainException {
    if (!names.isEmpty()) {
      transaction.batch(
          "UPDATE replica SET volume_gone = 1 WHERE name = ? AND state IN ('RETIRED', 'FAILED')",
          names.stream().map(name -> new Object[] {name.value()}).toList());
    }
  }

  /** The volumes of all replicas of a series of images that have one. */
  public List<VolumeName> volumes(Transaction transaction, ImageId series) throws DomainException {
    return transaction.query(
        "SELECT r.name FROM replica r JOIN image i ON i.id = r.image_id"
            + " WHERE i.series = ? AND r.volume_gone = 0",
        row -> new ReplicaName(row.text("name")).volume(),
        series.value());
  }

  /** BUILDING replicas of an image that are clones and have no volume that must go first. */
  public List<ReplicaName> toClone(Transaction transaction, ImageId image, int limit)
      throws DomainException {
    return building(transaction, image, "r.kind = 'DEPENDENT' AND r.anew = 0", limit).stream()
        .map(Replica::name)
        .toList();
  }

  /** BUILDING replicas of an image that are copies and have no volume that must go first. */
  public List<Replica> toCopy(Transaction transaction, ImageId image, int limit)
      throws DomainException {
    return building(transaction, image, "r.kind = 'INDEPENDENT' AND r.anew = 0", limit);
  }

  /** BUILDING replicas of an image whose volumes have to be deleted first. */
  public List<ReplicaName> toLayAnew(Transaction transaction, ImageId image, int limit)
      throws DomainException {
    return building(transaction, image, "r.anew = 1", limit).stream().map(Replica::name).toList();
  }

  private static List<Replica> building(
      Transaction transaction, ImageId image, String which, int limit) throws DomainException {
    return transaction.query(
        SELECT
            + "r.image_id = ? AND r.state = 'BUILDING' AND "
            + which
            + " ORDER BY r.since, r.name LIMIT ?",
        ReplicaLedger::replica,
        transaction.node().value(),
        image.value(),
        limit);
  }

  /** Notes which volume a replica stands for: no other of that name is its own. */
  public void standFor(Transaction transaction, ReplicaName name, VolumeInfo volume)
      throws DomainException {
    standFor(transaction, Map.of(name, volume));
  }

  /** Notes which volumes replicas stand for. */
  public void standFor(Transaction transaction, Map<ReplicaName, VolumeInfo> volumes)
      throws DomainException {
    transaction.batch(
        "UPDATE replica SET volume_uuid = ?, volume_erased = ? WHERE name = ?",
        volumes.entrySet().stream()
            .map(
                each ->
                    new Object[] {
                      each.getValue().uuid(), each.getValue().erased(), each.getKey().value()
                    })
            .toList());
  }

  /**
   * Notes when the volume that a replica stands for was last erased, once its driver has said so.
   */
  public void erased(Transaction transaction, ReplicaName name, UUID volume, Instant ended)
      throws DomainException {
    transaction.update(
        "UPDATE replica SET volume_erased = ? WHERE name = ? AND volume_uuid = ?",
        ended,
        name.value(),
        volume);
  }

  /** Notes that the volume of a BUILDING replica has to be deleted and made once more. */
  public void layAnew(Transaction transaction, ReplicaName name) throws DomainException {
    transaction.update(
        "UPDATE replica SET anew = 1, volume_uuid = NULL, volume_erased = NULL"
            + " WHERE name = ? AND state = 'BUILDING'",
        name.value());
  }

  /** Notes that the volumes that had to be deleted are. */
  public void forgetAnew(Transaction transaction, List<ReplicaName> names) throws DomainException {
    transaction.batch(
        "UPDATE replica SET anew = 0 WHERE name = ? AND state = 'BUILDING' AND anew = 1",
        names.stream().map(name -> new Object[] {name.value()}).toList());
  }

  /** Notes of those that are RETIRED that their volumes have been made after all. */
  public void markVolumesThere(Transaction transaction, List<ReplicaName> names)
      throws DomainException {
    if (!names.isEmpty()) {
      transaction.batch(
          "UPDATE replica SET volume_gone = 0 WHERE name = ? AND state = 'RETIRED'",
          names.stream().map(name -> new Object[] {name.value()}).toList());
    }
  }

  static Replica replica(Row row) throws DomainException {
    return new Replica(
        new ReplicaName(row.text("name")),
        ImageId.parse(row.text("image_id")),
        new ImageName(row.text("image_name")),
        row.integer("image_version"),
        row.constant("kind", CloneKind.class),
        row.constant("state", ReplicaState.class),
        row.instant("since"),
        row.optionalText("tenant").map(TenantName::new),
        row.optionalText("server").map(ServerName::new),
        row.integer("attempts"),
        volume(row));
  }

  private static Optional<ReplicaVolume> volume(Row row) throws DomainException {
    Optional<String> id = row.optionalText("volume_uuid");
    return id.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new ReplicaVolume(UUID.fromString(id.get()), row.optionalInstant("volume_erased")));
  }

  private static Object[] moveRow(
      Transaction transaction,
      ReplicaName name,
      ReplicaState from,
      ReplicaState to,
      Actor actor,
      String reason) {
    return new Object[] {name.value(), from, to, transaction.now(), actor.value(), reason};
  }

  private static void recordMoves(Transaction transaction, List<Object[]> moves)
      throws DomainException {
    if (!moves.isEmpty()) {
      transaction.batch(
          "INSERT INTO replica_move (replica, from_state, to_state, at_time, actor, reason)"
              + " VALUES (?, ?, ?, ?, ?, ?)",
          moves);
    }
  }
}

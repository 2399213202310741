/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a node remembers of its volumes on arrays, in a transaction under way. Stateless. */
public final class ArrayVolumeLedger {

  /** The volume of that name, if it is on an array. */
  public Optional<ArrayVolume> find(Transaction transaction, VolumeName name)
      throws DomainException {
    return transaction.first(
        "SELECT * FROM array_volume WHERE node = ? AND name = ?",
        ArrayVolumeLedger::volume,
        transaction.node().value(),
        name.value());
  }

  /** The volume with that identity. */
  public Optional<ArrayVolume> find(Transaction transaction, UUID id) throws DomainException {
    return transaction.first(
        "SELECT * FROM array_volume WHERE id = ?", ArrayVolumeLedger::volume, id);
  }

  /** All of an array, those without a name included, by what they are or were called. */
  public List<ArrayVolume> all(Transaction transaction, ArrayName array) throws DomainException {
    return transaction.query(
        "SELECT * FROM array_volume WHERE array_name = ? ORDER BY called, since",
        ArrayVolumeLedger::volume,
        array.value());
  }

  /** Whether a volume has this one as its origin: it may be needed to make that one anew. */
  public boolean isOrigin(Transaction transaction, UUID id) throws DomainException {
    return transaction
        .first(
            "SELECT id FROM array_volume WHERE origin_id = ? AND kind <> ?",
            row -> row.text("id"),
            id,
            ArrayVolumeKind.COPY)
        .isPresent();
  }

  /** Writes a new one down. */
  public void insert(Transaction transaction, ArrayVolume volume) throws DomainException {
    transaction.update(
        "INSERT INTO array_volume (node, id, array_name, name, called, kind, origin_id,"
            + " origin_name, size_bytes, block_bytes, state, device, written, job, report, since)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        transaction.node().value(),
        volume.id(),
        volume.array().value(),
        volume.name().map(VolumeName::value),
        volume.called().value(),
        volume.kind(),
        volume.originId(),
        volume.originName().map(VolumeName::value),
        volume.sizeBytes(),
        volume.blockBytes(),
        volume.state(),
        volume.device(),
        volume.written(),
        volume.job(),
        volume.report(),
        transaction.now());
  }

  /** Begins to make what was planned. */
  public void replace(Transaction transaction, ArrayVolume volume) throws DomainException {
    delete(transaction, volume.id());
    insert(transaction, volume);
  }

  /** Moves a volume from one state to another; false if it is in none of those expected. */
  public boolean move(
      Transaction transaction, UUID id, ArrayVolumeState expected, ArrayVolumeState next)
      throws DomainException {
    return transaction.update(
            "UPDATE array_volume SET state = ?, since = ? WHERE id = ? AND state = ?",
            next,
            transaction.now(),
            id,
            expected)
        == 1;
  }

  /** Notes which of the array's volumes it is, or that none is known. */
  public void setDevice(Transaction transaction, UUID id, Optional<String> device)
      throws DomainException {
    transaction.update("UPDATE array_volume SET device = ?, job = NULL WHERE id = ?", device, id);
  }

  /** Notes the job that the array does for it. */
  public void setJob(Transaction transaction, UUID id, Optional<String> job)
      throws DomainException {
    transaction.update("UPDATE array_volume SET job = ? WHERE id = ?", job, id);
  }

  /** Notes what the erase that is being ended has done. */
  public void setReport(Transaction transaction, UUID id, Optional<String> report)
      throws DomainException {
    transaction.update("UPDATE array_volume SET report = ? WHERE id = ?", report, id);
  }

  public void setSize(Transaction transaction, UUID id, long sizeBytes) throws DomainException {
    transaction.update("UPDATE array_volume SET size_bytes = ? WHERE id = ?", sizeBytes, id);
  }

  /** Notes whether something but its origin or zeroes may be in it. */
  public void setWritten(Transaction transaction, UUID id, boolean written) throws DomainException {
    transaction.update("UPDATE array_volume SET written = ? WHERE id = ?", written, id);
  }

  /**
   * Gives a volume another identity, and with it another token; what may yet come of it under the
   * former one is to be returned.
   */
  public void renew(Transaction transaction, ArrayVolume volume, UUID id) throws DomainException {
    transaction.update("UPDATE array_volume SET id = ?, job = NULL WHERE id = ?", id, volume.id());
    transaction.update(
        "UPDATE array_volume SET origin_id = ? WHERE origin_id = ?", id, volume.id());
    insert(transaction, volume.abandoned());
  }

  /** Takes its name away; what is left is to be returned to the array. */
  public void release(Transaction transaction, UUID id) throws DomainException {
    transaction.update(
        "UPDATE array_volume SET name = NULL, state = ?, since = ? WHERE id = ?",
        ArrayVolumeState.DELETING,
        transaction.now(),
        id);
  }

  /** Forgets a volume of which nothing is on the array. */
  public void delete(Transaction transaction, UUID id) throws DomainException {
    transaction.update("DELETE FROM array_volume WHERE id = ?", id);
  }

  private static ArrayVolume volume(Row row) throws DomainException {
    return new ArrayVolume(
        UUID.fromString(row.text("id")),
        new ArrayName(row.text("array_name")),
        row.optionalText("name").map(VolumeName::new),
        new VolumeName(row.text("called")),
        row.constant("kind", ArrayVolumeKind.class),
        row.optionalText("origin_id").map(UUID::fromString),
        row.optionalText("origin_name").map(VolumeName::new),
        row.number("size_bytes"),
        row.integer("block_bytes"),
        row.constant("state", ArrayVolumeState.class),
        row.optionalText("device"),
        row.flag("written"),
        row.optionalText("job"),
        row.optionalText("report"));
  }
}

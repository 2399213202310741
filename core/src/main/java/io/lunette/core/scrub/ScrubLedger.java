/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImageRef;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The records of finished scrubs, which are only ever added. Stateless, so thread-safe. */
final class ScrubLedger {

  /** The version of an image, in records of before it was kept. */
  private static final int UNKNOWN = 0;

  /** Who held it, where the catalog did not know that anybody had. */
  private static final String UNKNOWN_HOLDER = "";

  void insert(Transaction transaction, ScrubRecord scrub) throws DomainException {
    Optional<EraseReport> erase = scrub.erase();
    transaction.update(
        "INSERT INTO scrub_record (id, replica, image, tenant, server, outcome, attempts, recorded,"
            + " message, method, pattern, passes, verify, extents, erased_bytes, verified_bytes,"
            + " verification, device, started, ended, image_version, volume_uuid, erased_key,"
            + " claim) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
            + " ?)",
        scrub.id(),
        scrub.replica().value(),
        scrub.image().name().value(),
        scrub.tenant().map(TenantName::value).orElse(UNKNOWN_HOLDER),
        scrub.server().map(ServerName::value).orElse(UNKNOWN_HOLDER),
        scrub.outcome(),
        scrub.attempts(),
        scrub.recorded(),
        scrub.message(),
        erase.map(report -> report.request().method()),
        erase.map(report -> report.request().passes().pattern()),
        erase.map(report -> report.request().passes().count()),
        erase.map(report -> report.request().verify()),
        erase.map(EraseReport::extents),
        erase.map(EraseReport::erasedBytes),
        erase.map(EraseReport::verifiedBytes),
        erase.map(EraseReport::verification),
        erase.map(EraseReport::device),
        erase.map(EraseReport::started),
        erase.map(EraseReport::ended),
        scrub.image().version().orElse(UNKNOWN),
        erase.flatMap(EraseReport::volumeId).map(UUID::toString),
        erase.flatMap(EraseReport::key),
        erase.map(EraseReport::claim));
  }

  /** The records of a replica, newest first. */
  List<ScrubRecord> of(Transaction transaction, ReplicaName replica) throws DomainException {
    return transaction.query(
        "SELECT * FROM scrub_record WHERE replica = ? ORDER BY recorded DESC, ended DESC",
        ScrubLedger::scrub,
        replica.value());
  }

  /** Whether what an erase did is in a verified record of that replica. */
  boolean isCertified(Transaction transaction, ReplicaName replica, EraseReport erase)
      throws DomainException {
    return transaction
        .first(
            "SELECT id FROM scrub_record WHERE replica = ? AND outcome = ? AND started = ?"
                + " AND ended = ? AND volume_uuid = ?",
            row -> row.text("id"),
            replica.value(),
            ScrubOutcome.VERIFIED,
            erase.started(),
            erase.ended(),
            erase.volumeId().map(UUID::toString))
        .isPresent();
  }

  /** Whether there is a record of an erase of that volume with that end. */
  boolean hasEnd(Transaction transaction, ReplicaName replica, UUID volume, Instant ended)
      throws DomainException {
    return transaction
        .first(
            "SELECT id FROM scrub_record WHERE replica = ? AND ended = ? AND volume_uuid = ?",
            row -> row.text("id"),
            replica.value(),
            ended,
            volume.toString())
        .isPresent();
  }

  private static ScrubRecord scrub(Row row) throws DomainException {
    return new ScrubRecord(
        UUID.fromString(row.text("id")),
        new ReplicaName(row.text("replica")),
        image(row),
        holder(row, "tenant").map(TenantName::new),
        holder(row, "server").map(ServerName::new),
        row.constant("outcome", ScrubOutcome.class),
        row.integer("attempts"),
        row.instant("recorded"),
        erase(row),
        row.text("message"));
  }

  private static Optional<String> holder(Row row, String column) throws DomainException {
    return Optional.of(row.text(column)).filter(name -> !name.equals(UNKNOWN_HOLDER));
  }

  private static ImageRef image(Row row) throws DomainException {
    ImageName name = new ImageName(row.text("image"));
    int version = row.integer("image_version");
    return version == UNKNOWN ? ImageRef.current(name) : ImageRef.of(name, version);
  }

  private static Optional<EraseReport> erase(Row row) throws DomainException {
    Optional<String> method = row.optionalText("method");
    if (method.isEmpty()) {
      return Optional.empty();
    }
    EraseMethod erasedBy = EraseMethod.valueOf(method.get());
    return Optional.of(
        new EraseReport(
            new ReplicaName(row.text("replica")).volume(),
            row.optionalText("volume_uuid").map(UUID::fromString),
            new EraseRequest(
                erasedBy,
                new ErasePasses(row.integer("pattern"), row.integer("passes")),
                row.flag("verify") ? EraseSample.ALL : EraseSample.NONE),
            row.number("extents"),
            row.number("erased_bytes"),
            row.number("verified_bytes"),
            row.text("verification"),
            row.text("device"),
            row.instant("started"),
            row.instant("ended"),
            row.optionalText("erased_key"),
            row.optionalText("claim").map(EraseClaim::valueOf).orElse(erasedBy.claim())));
  }
}

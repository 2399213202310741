/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;

/**
 * The erases by hand that a node has yet to certify, one of a volume at most, in a transaction
 * under way. Stateless, so thread-safe.
 */
final class ErasureLedger {

  List<AskedErase> all(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT * FROM volume_erase WHERE node = ? ORDER BY volume",
        ErasureLedger::asked,
        transaction.node().value());
  }

  Optional<AskedErase> find(Transaction transaction, VolumeName volume) throws DomainException {
    return transaction.first(
        "SELECT * FROM volume_erase WHERE node = ? AND volume = ?",
        ErasureLedger::asked,
        transaction.node().value(),
        volume.value());
  }

  /** Instead of any other of that volume. */
  void put(Transaction transaction, AskedErase erase) throws DomainException {
    remove(transaction, erase.volume());
    EraseRequest request = erase.request();
    transaction.update(
        "INSERT INTO volume_erase (node, volume, actor, asked, method, pattern, passes, verified,"
            + " seed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        transaction.node().value(),
        erase.volume().value(),
        erase.actor().value(),
        erase.at(),
        request.method(),
        request.passes().pattern(),
        request.passes().count(),
        request.sample().partsPerMillion(),
        request.sample().seed());
  }

  void remove(Transaction transaction, VolumeName volume) throws DomainException {
    transaction.update(
        "DELETE FROM volume_erase WHERE node = ? AND volume = ?",
        transaction.node().value(),
        volume.value());
  }

  private static AskedErase asked(Row row) throws DomainException {
    return new AskedErase(
        new VolumeName(row.text("volume")),
        new Actor(row.text("actor")),
        row.instant("asked"),
        new EraseRequest(
            EraseMethod.valueOf(row.text("method")),
            new ErasePasses(row.integer("pattern"), row.integer("passes")),
            new EraseSample(row.integer("verified"), row.number("seed"))));
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.mapping;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageDependents;
import io.lunette.core.server.ServerDependents;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;

/** The manual mappings in a transaction under way. Stateless, so thread-safe. */
public final class MappingLedger implements ServerDependents, ImageDependents {

  /** All of the node that makes the transaction, by server and LUN. */
  public List<ManualMapping> all(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT * FROM manual_mapping WHERE node = ? ORDER BY server, lun",
        MappingLedger::mapping,
        transaction.node().value());
  }

  Optional<ManualMapping> find(Transaction transaction, VolumeName volume, ServerName server)
      throws DomainException {
    return transaction.first(
        "SELECT * FROM manual_mapping WHERE node = ? AND server = ? AND volume = ?",
        MappingLedger::mapping,
        transaction.node().value(),
        server.value(),
        volume.value());
  }

  void insert(Transaction transaction, ManualMapping mapping) throws DomainException {
    transaction.update(
        "INSERT INTO manual_mapping (node, volume, server, lun, mode, since)"
            + " VALUES (?, ?, ?, ?, ?, ?)",
        transaction.node().value(),
        mapping.volume().value(),
        mapping.server().value(),
        mapping.lun(),
        mapping.mode(),
        mapping.since());
  }

  /** Whether there was one. */
  boolean delete(Transaction transaction, VolumeName volume, ServerName server)
      throws DomainException {
    return transaction.update(
            "DELETE FROM manual_mapping WHERE node = ? AND server = ? AND volume = ?",
            transaction.node().value(),
            server.value(),
            volume.value())
        == 1;
  }

  @Override
  public void requireNone(Transaction transaction, ServerName server) throws DomainException {
    Optional<String> volume =
        transaction.first(
            "SELECT volume FROM manual_mapping WHERE server = ?",
            row -> row.text("volume"),
            server.value());
    if (volume.isPresent()) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "volume '" + volume.get() + "' is mapped to server '" + server + "'; unmap it first");
    }
  }

  @Override
  public void letGo(Transaction transaction, Actor actor, Image image) throws DomainException {
    for (VolumeName volume : image.volumes()) {
      requireUnmapped(transaction, image, volume);
    }
  }

  private static void requireUnmapped(Transaction transaction, Image image, VolumeName volume)
      throws DomainException {
    Optional<String> server =
        transaction.first(
            "SELECT server FROM manual_mapping WHERE node = ? AND volume = ?",
            row -> row.text("server"),
            transaction.node().value(),
            volume.value());
    if (server.isPresent()) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "image '"
              + image.name()
              + "' is mapped to server '"
              + server.get()
              + "'; unmap it first");
    }
  }

  private static ManualMapping mapping(Row row) throws DomainException {
    return new ManualMapping(
        new VolumeName(row.text("volume")),
        new ServerName(row.text("server")),
        row.integer("lun"),
        row.constant("mode", AccessMode.class),
        row.instant("since"));
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the catalog keeps for SMI-S besides what the domain knows: what clients call volumes, which
 * was copied from which, and which servers share a masking view. Every change is one transaction
 * with its entry of the audit trail. All of it is the node's own, as its volumes are. Thread-safe.
 */
public final class Names {

  private final Catalog catalog;
  private final CatalogAuditTrail audit;

  public Names(Catalog catalog) {
    this.catalog = catalog;
    this.audit = new CatalogAuditTrail(catalog);
  }

  /** What a client calls a volume: the one of that identity, not another of the same name. */
  public record Name(UUID volume, String text) {}

  /**
   * A clone and what it was copied from, until they are detached.
   *
   * @param target identity of the clone
   * @param source name of the other
   * @param since when the copy began
   */
  public record Copy(UUID target, VolumeName source, Instant since) {}

  Map<VolumeName, Name> labels() throws DomainException {
    return catalog.read(
        transaction ->
            transaction
                .query(
                    "SELECT * FROM smis_label WHERE node = ?",
                    row ->
                        Map.entry(
                            new VolumeName(row.text("volume")),
                            new Name(UUID.fromString(row.text("uuid")), row.text("label"))),
                    transaction.node().value())
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  Map<VolumeName, Copy> copies() throws DomainException {
    return catalog.read(
        transaction ->
            transaction
                .query(
                    "SELECT * FROM smis_copy WHERE node = ?",
                    row ->
                        Map.entry(
                            new VolumeName(row.text("target")),
                            new Copy(
                                UUID.fromString(row.text("uuid")),
                                new VolumeName(row.text("source")),
                                row.instant("since"))),
                    transaction.node().value())
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  Map<ServerName, String> viewMembers() throws DomainException {
    return catalog.read(
        transaction ->
            transaction
                .query(
                    "SELECT * FROM smis_view_member WHERE node = ?",
                    row -> Map.entry(new ServerName(row.text("server")), row.text("view")),
                    transaction.node().value())
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  /** Writes down that a volume was made or changed. */
  public void record(Actor actor, String action, VolumeName volume, String detail)
      throws DomainException {
    catalog.change(
        transaction -> {
          audit.record(transaction, actor, action, volume.value(), detail);
          return null;
        });
  }

  /** Calls a volume something; its own name again if that is what it is called. */
  public void label(Actor actor, String action, VolumeInfo volume, String label, String detail)
      throws DomainException {
    catalog.change(
        transaction -> {
          forgetLabel(transaction, volume.name());
          if (!label.equals(volume.name().value())) {
            transaction.update(
                "INSERT INTO smis_label (node, volume, uuid, label) VALUES (?, ?, ?, ?)",
                transaction.node().value(),
                volume.name().value(),
                volume.uuid(),
                label);
          }
          audit.record(transaction, actor, action, volume.name().value(), detail);
          return null;
        });
  }

  /** Notes what a clone is copied from. */
  public void copied(VolumeInfo target, VolumeName source) throws DomainException {
    catalog.change(
        transaction -> {
          forgetCopy(transaction, target.name());
          return transaction.update(
              "INSERT INTO smis_copy (node, target, uuid, source, since) VALUES (?, ?, ?, ?, ?)",
              transaction.node().value(),
              target.name().value(),
              target.uuid(),
              source.value(),
              transaction.now());
        });
  }

  /** Forgets what a clone was copied from. */
  public void detach(Actor actor, VolumeName target) throws DomainException {
    catalog.change(
        transaction -> {
          forgetCopy(transaction, target);
          audit.record(transaction, actor, "volume.detach", target.value(), "");
          return null;
        });
  }

  /** Forgets a volume that is gone. */
  public void forget(Actor actor, VolumeName volume) throws DomainException {
    catalog.change(
        transaction -> {
          forgetLabel(transaction, volume);
          forgetCopy(transaction, volume);
          audit.record(transaction, actor, "volume.delete", volume.value(), "");
          return null;
        });
  }

  /** Notes a snapshot that nobody shall find; before it is made. */
  public void hide(VolumeName snapshot) throws DomainException {
    catalog.change(
        transaction ->
            transaction.update(
                "INSERT INTO smis_hidden (node, volume) VALUES (?, ?)",
                transaction.node().value(),
                snapshot.value()));
  }

  /** The snapshots that were noted and not forgotten. */
  public List<VolumeName> hidden() throws DomainException {
    return catalog.read(
        transaction ->
            transaction.query(
                "SELECT volume FROM smis_hidden WHERE node = ?",
                row -> new VolumeName(row.text("volume")),
                transaction.node().value()));
  }

  /** Forgets such a snapshot; when it is gone. */
  public void unhide(VolumeName snapshot) throws DomainException {
    catalog.change(
        transaction ->
            transaction.update(
                "DELETE FROM smis_hidden WHERE node = ? AND volume = ?",
                transaction.node().value(),
                snapshot.value()));
  }

  /** Puts servers into a view. */
  public void join(Actor actor, String view, Stream<ServerName> servers) throws DomainException {
    catalog.change(
        transaction -> {
          for (ServerName server : servers.toList()) {
            leave(transaction, server);
            transaction.update(
                "INSERT INTO smis_view_member (node, server, view) VALUES (?, ?, ?)",
                transaction.node().value(),
                server.value(),
                view);
            audit.record(transaction, actor, "view.join", server.value(), "view " + view);
          }
          return null;
        });
  }

  /** Takes a server out of whatever view it shares. */
  public void leave(Actor actor, ServerName server) throws DomainException {
    catalog.change(
        transaction -> {
          if (leave(transaction, server) > 0) {
            audit.record(transaction, actor, "view.leave", server.value(), "");
          }
          return null;
        });
  }

  private static int leave(Transaction transaction, ServerName server) throws DomainException {
    return transaction.update(
        "DELETE FROM smis_view_member WHERE node = ? AND server = ?",
        transaction.node().value(),
        server.value());
  }

  private static void forgetLabel(Transaction transaction, VolumeName volume)
      throws DomainException {
    transaction.update(
        "DELETE FROM smis_label WHERE node = ? AND volume = ?",
        transaction.node().value(),
        volume.value());
  }

  private static void forgetCopy(Transaction transaction, VolumeName target)
      throws DomainException {
    transaction.update(
        "DELETE FROM smis_copy WHERE node = ? AND target = ?",
        transaction.node().value(),
        target.value());
  }
}

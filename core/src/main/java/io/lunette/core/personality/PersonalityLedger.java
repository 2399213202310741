/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.personality;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageId;
import io.lunette.core.server.ServerName;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Templates and facts of servers in a transaction under way. Stateless, so thread-safe. */
final class PersonalityLedger {

  /** The template of an image's series. */
  Optional<PersonalityTemplate> template(Transaction transaction, ImageId series)
      throws DomainException {
    return transaction.first(
        "SELECT * FROM image_personality WHERE series = ?",
        PersonalityLedger::template,
        series.value());
  }

  /** The template of the image that an allocation is of. */
  Optional<PersonalityTemplate> templateOf(Transaction transaction, UUID allocation)
      throws DomainException {
    return transaction.first(
        "SELECT p.* FROM image_personality p JOIN image i ON i.series = p.series"
            + " JOIN allocation a ON a.image_id = i.id WHERE a.id = ?",
        PersonalityLedger::template,
        allocation);
  }

  private static PersonalityTemplate template(Row row) throws DomainException {
    return new PersonalityTemplate(
        row.text("user_data"), row.optionalText("network_config"), row.optionalText("meta_data"));
  }

  void save(Transaction transaction, ImageId series, PersonalityTemplate template)
      throws DomainException {
    remove(transaction, series);
    transaction.update(
        "INSERT INTO image_personality (series, user_data, network_config, meta_data)"
            + " VALUES (?, ?, ?, ?)",
        series.value(),
        template.userData(),
        template.networkConfig(),
        template.metaData());
  }

  void remove(Transaction transaction, ImageId series) throws DomainException {
    transaction.update("DELETE FROM image_personality WHERE series = ?", series.value());
  }

  /** What operators said of a server. */
  Map<String, String> meta(Transaction transaction, ServerName server) throws DomainException {
    Map<String, String> meta = new TreeMap<>();
    transaction.query(
        "SELECT meta_key, meta_value FROM server_meta WHERE server = ?",
        row -> meta.put(row.text("meta_key"), row.text("meta_value")),
        server.value());
    return meta;
  }

  void saveMeta(Transaction transaction, ServerName server, Map<String, String> meta)
      throws DomainException {
    removeMeta(transaction, server);
    for (Map.Entry<String, String> each : meta.entrySet()) {
      transaction.update(
          "INSERT INTO server_meta (server, meta_key, meta_value) VALUES (?, ?, ?)",
          server.value(),
          each.getKey(),
          each.getValue());
    }
  }

  void removeMeta(Transaction transaction, ServerName server) throws DomainException {
    transaction.update("DELETE FROM server_meta WHERE server = ?", server.value());
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.load;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.server.ServerDependents;
import io.lunette.core.server.ServerName;
import java.util.Map;
import java.util.Optional;

/** Reports and tokens of servers in a transaction under way. Stateless, so thread-safe. */
public final class LoadLedger implements ServerDependents {

  void restore(Transaction transaction, LoadBook book) throws DomainException {
    transaction.query(
        "SELECT * FROM server_value",
        row -> {
          book.restore(
              new ServerName(row.text("server")),
              row.text("name"),
              new LoadBook.Latest(Double.parseDouble(row.text("value")), row.instant("at_time")));
          return null;
        });
  }

  /** Saves what a server reported; one that has been removed meanwhile has nothing saved. */
  void save(Transaction transaction, ServerName server, Map<String, LoadBook.Latest> values)
      throws DomainException {
    boolean known =
        transaction
            .first("SELECT name FROM server WHERE name = ?", row -> true, server.value())
            .isPresent();
    if (!known) {
      return;
    }
    transaction.update("DELETE FROM server_value WHERE server = ?", server.value());
    for (Map.Entry<String, LoadBook.Latest> each : values.entrySet()) {
      transaction.update(
          "INSERT INTO server_value (server, name, value, at_time) VALUES (?, ?, ?, ?)",
          server.value(),
          each.getKey(),
          Double.toString(each.getValue().value()),
          each.getValue().at());
    }
  }

  Optional<String> tokenDigest(Transaction transaction, ServerName server) throws DomainException {
    return transaction.first(
        "SELECT sha256 FROM server_token WHERE server = ?",
        row -> row.text("sha256"),
        server.value());
  }

  void setTokenDigest(Transaction transaction, ServerName server, String sha256)
      throws DomainException {
    transaction.update("DELETE FROM server_token WHERE server = ?", server.value());
    transaction.update(
        "INSERT INTO server_token (server, sha256) VALUES (?, ?)", server.value(), sha256);
  }

  @Override
  public void requireNone(Transaction transaction, ServerName server) {}

  @Override
  public void forget(Transaction transaction, ServerName server) throws DomainException {
    transaction.update("DELETE FROM server_token WHERE server = ?", server.value());
    transaction.update("DELETE FROM server_value WHERE server = ?", server.value());
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * SQLite in a file of this process alone: one writer at a time, so nothing is ever in a writer's
 * way, and no connection is lost.
 */
final class SqliteDialect implements Dialect {

  private static final int SQLITE_FULL = 13;
  private static final int SQLITE_CONSTRAINT = 19;

  private static final int READERS = 4;

  private static final List<String> SETTINGS =
      List.of(
          "PRAGMA journal_mode=WAL",
          "PRAGMA synchronous=FULL",
          "PRAGMA foreign_keys=ON",
          "PRAGMA busy_timeout=10000");

  @Override
  public int connectionsMax(Role role) {
    return role.isReadOnly() ? READERS : 1;
  }

  @Override
  public Properties properties(Role role) {
    Properties properties = new Properties();
    properties.setProperty("transaction_mode", role.isReadOnly() ? "DEFERRED" : "IMMEDIATE");
    return properties;
  }

  @Override
  public void prepare(Connection connection, Role role) throws SQLException {
    for (String setting : SETTINGS) {
      Dialect.run(connection, setting);
    }
    connection.setAutoCommit(false);
  }

  @Override
  public void begin(Connection connection, Role role, boolean alone) {}

  @Override
  public Optional<String> ticket(Connection connection) {
    return Optional.empty();
  }

  @Override
  public Optional<Boolean> isCommitted(Connection connection, String ticket) {
    throw new IllegalStateException("SQLite answers every commit");
  }

  @Override
  public DomainException.Kind kindOf(SQLException failure) {
    int primary = failure.getErrorCode() & 0xFF;
    if (primary == SQLITE_FULL) {
      return DomainException.Kind.NO_SPACE;
    }
    return primary == SQLITE_CONSTRAINT ? DomainException.Kind.CONFLICT : DomainException.Kind.IO;
  }

  @Override
  public Setback setback(SQLException failure) {
    return Setback.FINAL;
  }

  @Override
  public String translate(String sql) {
    return sql.replace("${serial}", "INTEGER PRIMARY KEY AUTOINCREMENT")
        .replace("${bytes}", "BLOB");
  }

  @Override
  public List<String> appendOnly(String table) {
    return Stream.of("UPDATE", "DELETE")
        .map(
            change ->
                "CREATE TRIGGER "
                    + table
                    + "_no_"
                    + change.toLowerCase(Locale.ROOT)
                    + " BEFORE "
                    + change
                    + " ON "
                    + table
                    + " BEGIN SELECT RAISE(ABORT, 'rows of "
                    + table
                    + " are only ever added'); END")
        .toList();
  }
}

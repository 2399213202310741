/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** All that differs between the databases. */
enum Dialect {
  SQLITE(
      1,
      4,
      List.of(
          "PRAGMA journal_mode=WAL",
          "PRAGMA synchronous=FULL",
          "PRAGMA foreign_keys=ON",
          "PRAGMA busy_timeout=10000"),
      Map.of("${serial}", "INTEGER PRIMARY KEY AUTOINCREMENT", "${bytes}", "BLOB")) {

    private static final int SQLITE_FULL = 13;
    private static final int SQLITE_CONSTRAINT = 19;

    @Override
    Properties properties(boolean writes) {
      Properties properties = new Properties();
      properties.setProperty("transaction_mode", writes ? "IMMEDIATE" : "DEFERRED");
      return properties;
    }

    @Override
    DomainException.Kind kindOf(SQLException failure) {
      int primary = failure.getErrorCode() & 0xFF;
      if (primary == SQLITE_FULL) {
        return DomainException.Kind.NO_SPACE;
      }
      return primary == SQLITE_CONSTRAINT ? DomainException.Kind.CONFLICT : DomainException.Kind.IO;
    }
  },

  POSTGRESQL(
      4,
      4,
      List.of(),
      Map.of("${serial}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "${bytes}", "BYTEA")) {

    @Override
    Properties properties(boolean writes) {
      Properties properties = new Properties();
      properties.setProperty("ApplicationName", "lunette");
      return properties;
    }

    @Override
    DomainException.Kind kindOf(SQLException failure) {
      String state = failure.getSQLState() == null ? "" : failure.getSQLState();
      if (state.startsWith("53")) {
        return DomainException.Kind.NO_SPACE;
      }
      return state.startsWith("23") || state.startsWith("40")
          ? DomainException.Kind.CONFLICT
          : DomainException.Kind.IO;
    }
  };

  private final int writers;
  private final int readers;
  private final List<String> settings;
  private final Map<String, String> types;

  Dialect(int writers, int readers, List<String> settings, Map<String, String> types) {
    this.writers = writers;
    this.readers = readers;
    this.settings = settings;
    this.types = types;
  }

  /** How many connections may change things at one time. */
  int writers() {
    return writers;
  }

  /** How many connections may read at one time. */
  int readers() {
    return readers;
  }

  /** What a new connection is opened with. */
  abstract Properties properties(boolean writes);

  /** Which trouble of the domain a failure is. */
  abstract DomainException.Kind kindOf(SQLException failure);

  /** Makes a new connection ready, durable commits included. */
  void prepare(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String setting : settings) {
        statement.execute(setting);
      }
    }
    connection.setAutoCommit(false);
  }

  /** A statement of the schema in the words of this database. */
  String translate(String sql) {
    String translated = sql;
    for (Map.Entry<String, String> type : types.entrySet()) {
      translated = translated.replace(type.getKey(), type.getValue());
    }
    return translated;
  }
}

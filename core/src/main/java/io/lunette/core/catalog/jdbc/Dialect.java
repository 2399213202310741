/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** All that differs between the databases. Stateless, so thread-safe. */
interface Dialect {

  /** How many connections of a role may be open at one time. */
  int connectionsMax(Role role);

  /** What a new connection is opened with. */
  Properties properties(Role role);

  /** Makes a new connection ready, durable commits included. */
  void prepare(Connection connection, Role role) throws SQLException;

  /**
   * Begins a transaction.
   *
   * @param alone whether it is to wait until no other change is under way, so that none can be in
   *     its way
   */
  void begin(Connection connection, Role role, boolean alone) throws SQLException;

  /** By what the database knows a transaction that has changed something; asked before it ends. */
  Optional<String> ticket(Connection connection) throws SQLException;

  /** Whether a transaction was committed; empty while that is not decided. */
  Optional<Boolean> isCommitted(Connection connection, String ticket) throws SQLException;

  /** Which trouble of the domain a failure is. */
  DomainException.Kind kindOf(SQLException failure);

  /** Whether it may be tried again. */
  Setback setback(SQLException failure);

  /** A statement of the schema in the words of this database. */
  String translate(String sql);

  /** Statements after which rows of a table can be added and neither changed nor deleted. */
  List<String> appendOnly(String table);

  /** Runs a statement that yields nothing. */
  static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}

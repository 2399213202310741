/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.node.NodeName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A transaction on one connection. */
final class JdbcTransaction implements Transaction {

  private final Connection connection;
  private final Dialect dialect;
  private final String label;
  private final NodeName node;
  private final Instant now;

  JdbcTransaction(
      Connection connection, Dialect dialect, String label, NodeName node, Instant now) {
    this.connection = connection;
    this.dialect = dialect;
    this.label = label;
    this.node = node;
    this.now = now;
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public NodeName node() {
    return node;
  }

  @Override
  public <T> List<T> query(String sql, RowReader<T> reader, Object... arguments)
      throws DomainException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, arguments);
      try (ResultSet rows = statement.executeQuery()) {
        List<T> result = new ArrayList<>();
        JdbcRow row = new JdbcRow(rows, this);
        while (rows.next()) {
          result.add(reader.read(row));
        }
        return result;
      }
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  @Override
  public int update(String sql, Object... arguments) throws DomainException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, arguments);
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  @Override
  public int[] batch(String sql, List<Object[]> arguments) throws DomainException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Object[] each : arguments) {
        bind(statement, each);
        statement.addBatch();
      }
      return statement.executeBatch();
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /** The failure in the words of the domain. */
  DomainException failure(SQLException e) {
    return failure(label, dialect, e);
  }

  /** The failure of a database in the words of the domain, in one line. */
  static DomainException failure(String label, Dialect dialect, SQLException e) {
    String message = String.valueOf(e.getMessage()).strip().replaceAll("\\s*\\R\\s*", "; ");
    return new DomainException(dialect.kindOf(e), label + ": " + message, e);
  }

  static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  private static void bind(PreparedStatement statement, Object[] arguments) throws SQLException {
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, column(arguments[i]));
    }
  }

  private static Object column(Object argument) {
    if (argument instanceof Optional<?> optional) {
      return column(optional.orElse(null));
    }
    if (argument instanceof Instant instant) {
      return micros(instant);
    }
    if (argument instanceof Enum<?> constant) {
      return constant.name();
    }
    if (argument instanceof UUID uuid) {
      return uuid.toString();
    }
    if (argument instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    return argument;
  }
}

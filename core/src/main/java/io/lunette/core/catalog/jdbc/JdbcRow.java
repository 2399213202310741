/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The current row of a result set. */
final class JdbcRow implements Row {

  private final ResultSet rows;
  private final JdbcTransaction transaction;

  JdbcRow(ResultSet rows, JdbcTransaction transaction) {
    this.rows = rows;
    this.transaction = transaction;
  }

  @Override
  public String text(String column) throws DomainException {
    return optionalText(column)
        .orElseThrow(
            () -> new IllegalStateException("column " + column + " of the catalog is null"));
  }

  @Override
  public Optional<String> optionalText(String column) throws DomainException {
    try {
      return Optional.ofNullable(rows.getString(column));
    } catch (SQLException e) {
      throw transaction.failure(e);
    }
  }

  @Override
  public long number(String column) throws DomainException {
    try {
      return rows.getLong(column);
    } catch (SQLException e) {
      throw transaction.failure(e);
    }
  }

  @Override
  public int integer(String column) throws DomainException {
    return Math.toIntExact(number(column));
  }

  @Override
  public boolean flag(String column) throws DomainException {
    return number(column) != 0;
  }

  @Override
  public Instant instant(String column) throws DomainException {
    return JdbcTransaction.instant(number(column));
  }

  @Override
  public Optional<Instant> optionalInstant(String column) throws DomainException {
    try {
      long micros = rows.getLong(column);
      return rows.wasNull() ? Optional.empty() : Optional.of(JdbcTransaction.instant(micros));
    } catch (SQLException e) {
      throw transaction.failure(e);
    }
  }

  @Override
  public Optional<byte[]> bytes(String column) throws DomainException {
    try {
      return Optional.ofNullable(rows.getBytes(column));
    } catch (SQLException e) {
      throw transaction.failure(e);
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * PostgreSQL, which several appliances may share.
 *
 * <p>Changes are SERIALIZABLE: a transaction that another one crossed fails with SQLSTATE 40001 and
 * is run again. The first statement of each takes a table lock that all changes share; one that was
 * crossed too often takes it for itself instead and so cannot be crossed again. The lock comes
 * before the snapshot, since LOCK TABLE needs none (PostgreSQL, <i>LOCK</i>, Notes). Reads are
 * REPEATABLE READ, which sees one state and never fails for others' sake.
 *
 * <p>A commit whose answer was lost with the connection has happened or not: the number of the
 * transaction, asked for before the commit, tells which ({@code pg_xact_status}).
 */
final class PostgresDialect implements Dialect {

  /** The first release with {@code pg_xact_status}. */
  private static final int VERSION_MIN = 13;

  private static final int CONNECTIONS = 4;

  /** Any number that nobody else uses for an advisory lock in the same database. */
  private static final long MIGRATION_LOCK = 0x6C756E65747465L;

  private static final Pattern TEXT = Pattern.compile("\\bTEXT\\b");

  private final PostgresAccess access;

  PostgresDialect(PostgresAccess access) {
    this.access = access;
  }

  @Override
  public int connectionsMax(Role role) {
    return role == Role.SCHEMA ? 1 : CONNECTIONS;
  }

  /**
   * The time-outs see to it that neither side waits for one that has gone: the server ends a
   * transaction that is left idle, the client gives a silent server up.
   */
  @Override
  public Properties properties(Role role) {
    Properties properties = new Properties();
    access.user().ifPresent(user -> properties.setProperty("user", user));
    access.password().ifPresent(password -> properties.setProperty("password", password));
    properties.setProperty("ApplicationName", "lunette");
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("loginTimeout", "10");
    properties.setProperty("socketTimeout", "60");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("logServerErrorDetail", "false");
    properties.setProperty(
        "options",
        "-c statement_timeout=30s -c lock_timeout=20s"
            + " -c idle_in_transaction_session_timeout=30s");
    return properties;
  }

  @Override
  public void prepare(Connection connection, Role role) throws SQLException {
    int version = connection.getMetaData().getDatabaseMajorVersion();
    if (version < VERSION_MIN) {
      throw new SQLException(
          "the server is PostgreSQL " + version + ": use " + VERSION_MIN + " or newer");
    }
    connection.setAutoCommit(true);
    Dialect.run(
        connection,
        "SELECT set_config('synchronous_commit', 'on', false)"
            + " WHERE current_setting('synchronous_commit') = 'off'");
    connection.setTransactionIsolation(
        switch (role) {
          case READ -> Connection.TRANSACTION_REPEATABLE_READ;
          case WRITE -> Connection.TRANSACTION_SERIALIZABLE;
          case SCHEMA -> Connection.TRANSACTION_READ_COMMITTED;
        });
    connection.setReadOnly(role.isReadOnly());
    connection.setAutoCommit(false);
  }

  @Override
  public void begin(Connection connection, Role role, boolean alone) throws SQLException {
    switch (role) {
      case READ -> {}
      case WRITE ->
          Dialect.run(
              connection,
              alone
                  ? "LOCK TABLE catalog_schema IN EXCLUSIVE MODE"
                  : "LOCK TABLE catalog_schema IN ROW SHARE MODE");
      case SCHEMA ->
          Dialect.run(connection, "SELECT pg_advisory_xact_lock(" + MIGRATION_LOCK + ")");
    }
  }

  @Override
  public Optional<String> ticket(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT pg_current_xact_id_if_assigned()::text");
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
    }
  }

  @Override
  public Optional<Boolean> isCommitted(Connection connection, String ticket) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT pg_xact_status(?::xid8)")) {
      statement.setString(1, ticket);
      try (ResultSet rows = statement.executeQuery()) {
        String status = rows.next() ? rows.getString(1) : null;
        return "in progress".equals(status)
            ? Optional.empty()
            : Optional.of("committed".equals(status));
      }
    }
  }

  @Override
  public DomainException.Kind kindOf(SQLException failure) {
    String state = state(failure);
    if (state.equals("53100")) {
      return DomainException.Kind.NO_SPACE;
    }
    return state.startsWith("23") || state.startsWith("40")
        ? DomainException.Kind.CONFLICT
        : DomainException.Kind.IO;
  }

  /**
   * Classes of PostgreSQL's Appendix A. A unique key may be found taken by a row that the
   * transaction did not see, since another one has committed it meanwhile: that is a conflict too.
   */
  @Override
  public Setback setback(SQLException failure) {
    String state = state(failure);
    return switch (state) {
      case "40001", "40P01", "23505" -> Setback.CONFLICT;
      case "57P01", "57P02", "57P03", "57P05", "25P03", "53300" -> Setback.LOST;
      default -> state.startsWith("08") ? Setback.LOST : Setback.FINAL;
    };
  }

  private static String state(SQLException failure) {
    return failure.getSQLState() == null ? "" : failure.getSQLState();
  }

  /** Texts sort by their bytes, as in SQLite and in Java, whatever the database's collation. */
  @Override
  public String translate(String sql) {
    String typed =
        sql.replace("${serial}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
            .replace("${bytes}", "BYTEA");
    return typed.startsWith("CREATE TABLE") || typed.startsWith("ALTER TABLE")
        ? TEXT.matcher(typed).replaceAll("TEXT COLLATE \"C\"")
        : typed;
  }

  @Override
  public List<String> appendOnly(String table) {
    String function = table + "_is_append_only";
    return List.of(
        "CREATE FUNCTION "
            + function
            + "() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of "
            + table
            + " are only ever added'; END $$",
        "CREATE TRIGGER "
            + table
            + "_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON "
            + table
            + " FOR EACH STATEMENT EXECUTE FUNCTION "
            + function
            + "()");
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

/** The catalog in a database. A commit is on stable storage when it returns. */
public final class JdbcCatalog implements Catalog {

  private final String label;
  private final Dialect dialect;
  private final Clock clock;
  private final Connections writers;
  private final Connections readers;
  private final ThreadLocal<Boolean> inTransaction = ThreadLocal.withInitial(() -> false);
  private volatile boolean closed;

  private JdbcCatalog(String label, Dialect dialect, String url, Clock clock) {
    this.label = label;
    this.dialect = dialect;
    this.clock = clock;
    this.writers = new Connections(dialect, url, true);
    this.readers = new Connections(dialect, url, false);
  }

  /**
   * Opens a catalog in a file, makes it if it is not there, and brings its schema up to date. It is
   * made for its owner alone, since it holds CHAP secrets; SQLite gives its log the same
   * permissions.
   *
   * @throws DomainException INVALID if it is not a catalog, or one of a newer Lunette; IO
   */
  public static JdbcCatalog sqlite(Path file, Clock clock) throws DomainException {
    try {
      if (!Files.exists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
    } catch (IOException e) {
      throw new DomainException(DomainException.Kind.IO, "catalog " + file + " cannot be made", e);
    }
    return open(
        new JdbcCatalog(
            "catalog " + file, Dialect.SQLITE, "jdbc:sqlite:" + file.toAbsolutePath(), clock));
  }

  /**
   * Opens a catalog that several appliances may share.
   *
   * @param url as PostgreSQL's driver takes it, {@code jdbc:postgresql://...}
   * @throws DomainException INVALID if it is one of a newer Lunette; IO
   */
  public static JdbcCatalog postgresql(String url, Clock clock) throws DomainException {
    return open(new JdbcCatalog("catalog database", Dialect.POSTGRESQL, url, clock));
  }

  private static JdbcCatalog open(JdbcCatalog catalog) throws DomainException {
    boolean opened = false;
    try {
      catalog.change(
          transaction -> {
            new Migrations(catalog.dialect, catalog.label).apply(transaction);
            return null;
          });
      opened = true;
      return catalog;
    } finally {
      if (!opened) {
        catalog.close();
      }
    }
  }

  @Override
  public <T> T change(Work<T> work) throws DomainException {
    return run(writers, work);
  }

  @Override
  public <T> T read(Work<T> work) throws DomainException {
    return run(readers, work);
  }

  private <T> T run(Connections connections, Work<T> work) throws DomainException {
    if (inTransaction.get()) {
      throw new IllegalStateException("a transaction inside a transaction");
    }
    if (closed) {
      throw new DomainException(DomainException.Kind.IO, label + " is closed");
    }
    Connection connection = take(connections);
    inTransaction.set(true);
    boolean sound = false;
    try {
      T result = runAndEnd(connection, work);
      sound = true;
      return result;
    } catch (DomainException e) {
      sound = isRolledBack(connection);
      throw e;
    } finally {
      inTransaction.set(false);
      if (sound) {
        connections.giveBack(connection);
      } else {
        connections.discard(connection);
      }
    }
  }

  private <T> T runAndEnd(Connection connection, Work<T> work) throws DomainException {
    T result =
        work.run(
            new JdbcTransaction(
                connection, dialect, label, clock.instant().truncatedTo(ChronoUnit.MICROS)));
    try {
      connection.commit();
      return result;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private Connection take(Connections connections) throws DomainException {
    try {
      return connections.take();
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private static boolean isRolledBack(Connection connection) {
    try {
      connection.rollback();
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  private DomainException failure(SQLException e) {
    return new DomainException(dialect.kindOf(e), label + ": " + e.getMessage(), e);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      readers.close();
      writers.close();
    } catch (SQLException e) {
      throw new IllegalStateException(label + " did not close", e);
    }
  }
}

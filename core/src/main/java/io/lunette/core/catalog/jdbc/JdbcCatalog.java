/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;

/** The catalog in a database. A commit is on stable storage when it returns. */
public final class JdbcCatalog implements Catalog {

  /** How long a call waits for a PostgreSQL server that does not answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final String label;
  private final Patience patience;
  private final TransactionRunner runner;
  private final Connections writers;
  private final Connections readers;
  private final ThreadLocal<Boolean> inTransaction = ThreadLocal.withInitial(() -> false);
  private volatile boolean closed;

  private JdbcCatalog(String label, Dialect dialect, String url, Clock clock, Duration patience) {
    this.label = label;
    this.patience = new Patience(patience, System::nanoTime);
    this.runner = new TransactionRunner(label, dialect, clock, this.patience);
    this.writers = new Connections(dialect, url, Role.WRITE);
    this.readers = new Connections(dialect, url, Role.READ);
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
        "catalog " + file,
        new SqliteDialect(),
        "jdbc:sqlite:" + file.toAbsolutePath(),
        clock,
        Duration.ZERO);
  }

  /**
   * Opens a catalog that several appliances may share, and brings its schema up to date. A server
   * that cannot be reached now is not waited for; one that goes away later is, for a while, by
   * every call that needs it.
   *
   * @throws DomainException INVALID if it is one of a newer Lunette; IO
   */
  public static JdbcCatalog postgresql(PostgresAccess access, Clock clock) throws DomainException {
    return open(access.label(), new PostgresDialect(access), access.url(), clock, PATIENCE);
  }

  private static JdbcCatalog open(
      String label, Dialect dialect, String url, Clock clock, Duration patience)
      throws DomainException {
    TransactionRunner migrating =
        new TransactionRunner(label, dialect, clock, new Patience(Duration.ZERO, System::nanoTime));
    try (Connections connections = new Connections(dialect, url, Role.SCHEMA)) {
      migrating.run(
          connections,
          transaction -> {
            new Migrations(dialect, label).apply(transaction);
            return null;
          });
    } catch (SQLException e) {
      throw new DomainException(DomainException.Kind.IO, label + " did not close", e);
    }
    return new JdbcCatalog(label, dialect, url, clock, patience);
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
    inTransaction.set(true);
    try {
      return runner.run(connections, work);
    } finally {
      inTransaction.set(false);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    patience.end();
    try {
      readers.close();
      writers.close();
    } catch (SQLException e) {
      throw new IllegalStateException(label + " did not close", e);
    }
  }
}

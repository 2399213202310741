/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.node.NodeIdentity;
import io.lunette.core.node.NodeLedger;
import io.lunette.core.node.NodeName;
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
  private final NodeName node;
  private volatile long incarnation;
  private final ThreadLocal<Boolean> inTransaction = ThreadLocal.withInitial(() -> false);
  private volatile boolean closed;

  private JdbcCatalog(
      String label, Dialect dialect, String url, Clock clock, Duration patience, NodeName node) {
    this.label = label;
    this.node = node;
    this.patience = new Patience(patience, System::nanoTime);
    this.runner = new TransactionRunner(label, dialect, node, clock, this.patience);
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
        Duration.ZERO,
        NodeIdentity.LOCAL);
  }

  /**
   * Opens a catalog that several appliances may share, and brings its schema up to date. A server
   * that cannot be reached now is not waited for; one that goes away later is, for a while, by
   * every call that needs it.
   *
   * @param node who opens it; who opened it before as the same node is fenced
   * @throws DomainException INVALID if it is one of a newer Lunette; CONFLICT if the node's name
   *     belongs to another home; IO
   */
  public static JdbcCatalog postgresql(PostgresAccess access, NodeIdentity node, Clock clock)
      throws DomainException {
    return open(access.label(), new PostgresDialect(access), access.url(), clock, PATIENCE, node);
  }

  private static JdbcCatalog open(
      String label, Dialect dialect, String url, Clock clock, Duration patience, NodeIdentity node)
      throws DomainException {
    migrate(label, dialect, url, clock, node.name());
    JdbcCatalog catalog = new JdbcCatalog(label, dialect, url, clock, patience, node.name());
    boolean opened = false;
    try {
      catalog.incarnation =
          catalog.runner.runAlone(
              catalog.writers, transaction -> NodeLedger.start(transaction, node));
      opened = true;
      return catalog;
    } finally {
      if (!opened) {
        catalog.close();
      }
    }
  }

  private static void migrate(String label, Dialect dialect, String url, Clock clock, NodeName node)
      throws DomainException {
    Patience none = new Patience(Duration.ZERO, System::nanoTime);
    try (Connections connections = new Connections(dialect, url, Role.SCHEMA)) {
      new TransactionRunner(label, dialect, node, clock, none)
          .run(
              connections,
              transaction -> {
                new Migrations(dialect, label).apply(transaction);
                return null;
              });
    } catch (SQLException e) {
      throw new DomainException(DomainException.Kind.IO, label + " did not close", e);
    }
  }

  @Override
  public <T> T change(Work<T> work) throws DomainException {
    return run(
        writers,
        transaction -> {
          NodeLedger.requireCurrent(transaction, node, incarnation);
          return work.run(transaction);
        });
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
  public NodeName node() {
    return node;
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

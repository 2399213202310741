/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A bounded number of connections of one role, opened when first needed. Thread-safe.
 *
 * <p>A library's pool would add checks of idle connections; here the transaction that meets a dead
 * one is run again on a new one, so that nothing has to be checked.
 */
final class Connections implements AutoCloseable {

  private static final long WAIT_SECONDS = 60;

  private final Dialect dialect;
  private final String url;
  private final Role role;
  private final int limit;
  private final Semaphore permits;
  private final Deque<Connection> idle = new ArrayDeque<>();

  Connections(Dialect dialect, String url, Role role) {
    this.dialect = dialect;
    this.url = url;
    this.role = role;
    this.limit = dialect.connectionsMax(role);
    this.permits = new Semaphore(limit, true);
  }

  Role role() {
    return role;
  }

  /** Takes a connection for the caller alone; waits a while if all are taken. */
  Connection take() throws SQLException {
    awaitPermit();
    boolean taken = false;
    try {
      Connection connection = pollIdle();
      if (connection == null) {
        connection = open();
      }
      taken = true;
      return connection;
    } finally {
      if (!taken) {
        permits.release();
      }
    }
  }

  private void awaitPermit() throws SQLException {
    try {
      if (permits.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLTransientConnectionException("interrupted while waiting for a connection", e);
    }
    throw new SQLTransientConnectionException(
        "all " + limit + " connections were taken for " + WAIT_SECONDS + " s");
  }

  /** Gives one back that is in no transaction. */
  void giveBack(Connection connection) {
    synchronized (idle) {
      idle.push(connection);
    }
    permits.release();
  }

  /** Gives one back that is of no more use. */
  void discard(Connection connection) {
    closeQuietly(connection);
    permits.release();
  }

  /** Closes those that nobody has taken: where one was lost, the others were too. */
  void discardIdle() {
    Connection next = pollIdle();
    while (next != null) {
      closeQuietly(next);
      next = pollIdle();
    }
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // It was broken already, and the caller is told of that.
    }
  }

  private Connection pollIdle() {
    synchronized (idle) {
      return idle.poll();
    }
  }

  /** Opens one beyond the bound, for a question; the caller closes it. */
  Connection openAnother() throws SQLException {
    return open();
  }

  private Connection open() throws SQLException {
    Connection connection = DriverManager.getConnection(url, dialect.properties(role));
    try {
      dialect.prepare(connection, role);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** Waits until none is taken, and keeps it so. */
  @Override
  public void close() throws SQLException {
    permits.acquireUninterruptibly(limit);
    synchronized (idle) {
      while (!idle.isEmpty()) {
        idle.pop().close();
      }
    }
  }
}

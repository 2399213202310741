/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;

/** A bounded number of connections of one kind, opened when first needed. Thread-safe. */
final class Connections implements AutoCloseable {

  private final Dialect dialect;
  private final String url;
  private final boolean writes;
  private final int limit;
  private final Semaphore permits;
  private final Deque<Connection> idle = new ArrayDeque<>();

  Connections(Dialect dialect, String url, boolean writes) {
    this.dialect = dialect;
    this.url = url;
    this.writes = writes;
    this.limit = writes ? dialect.writers() : dialect.readers();
    this.permits = new Semaphore(limit, true);
  }

  /** Takes a connection for the caller alone; waits while all are taken. */
  Connection take() throws SQLException {
    permits.acquireUninterruptibly();
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

  /** Gives one back that is in no transaction. */
  void giveBack(Connection connection) {
    synchronized (idle) {
      idle.push(connection);
    }
    permits.release();
  }

  /** Gives one back that is of no more use. */
  void discard(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // It was broken already, and the caller is told of that.
    } finally {
      permits.release();
    }
  }

  private Connection pollIdle() {
    synchronized (idle) {
      return idle.poll();
    }
  }

  private Connection open() throws SQLException {
    Connection connection = DriverManager.getConnection(url, dialect.properties(writes));
    try {
      dialect.prepare(connection);
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

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.node.NodeName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Runs work in transactions, again where others were in its way or the connection was lost, and
 * finds out what became of a commit that was not answered. Thread-safe.
 */
final class TransactionRunner {

  /** So often a transaction may be crossed before it is run alone. */
  private static final int CROSSED_MAX = 2;

  private static final int CONFLICTS_MAX = 8;

  private final String label;
  private final Dialect dialect;
  private final NodeName node;
  private final Clock clock;
  private final Patience patience;

  TransactionRunner(String label, Dialect dialect, NodeName node, Clock clock, Patience patience) {
    this.label = label;
    this.dialect = dialect;
    this.node = node;
    this.clock = clock;
    this.patience = patience;
  }

  <T> T run(Connections connections, Catalog.Work<T> work) throws DomainException {
    return run(connections, work, 0);
  }

  /** Runs a change while no other one is under way, of whatever appliance. */
  <T> T runAlone(Connections connections, Catalog.Work<T> work) throws DomainException {
    return run(connections, work, CROSSED_MAX);
  }

  private <T> T run(Connections connections, Catalog.Work<T> work, int crossed)
      throws DomainException {
    Patience.Wait wait = patience.begin();
    int conflicts = crossed;
    while (true) {
      try {
        return once(connections, work, conflicts >= CROSSED_MAX);
      } catch (DomainException e) {
        switch (setback(e)) {
          case FINAL -> throw e;
          case CONFLICT -> {
            conflicts++;
            if (conflicts == CONFLICTS_MAX) {
              throw e;
            }
          }
          case LOST -> {
            connections.discardIdle();
            if (!wait.goesOn()) {
              throw e;
            }
          }
        }
      }
    }
  }

  private Setback setback(DomainException failure) {
    return failure.getCause() instanceof SQLException cause
        ? dialect.setback(cause)
        : Setback.FINAL;
  }

  private <T> T once(Connections connections, Catalog.Work<T> work, boolean alone)
      throws DomainException {
    Connection connection = take(connections);
    boolean sound = false;
    try {
      T result = runAndEnd(connections, connection, work, alone);
      sound = true;
      return result;
    } catch (DomainException e) {
      sound = isRolledBack(connection);
      throw e;
    } finally {
      if (sound) {
        connections.giveBack(connection);
      } else {
        connections.discard(connection);
      }
    }
  }

  private <T> T runAndEnd(
      Connections connections, Connection connection, Catalog.Work<T> work, boolean alone)
      throws DomainException {
    Optional<String> ticket;
    T result;
    try {
      dialect.begin(connection, connections.role(), alone);
      result =
          work.run(
              new JdbcTransaction(
                  connection,
                  dialect,
                  label,
                  node,
                  clock.instant().truncatedTo(ChronoUnit.MICROS)));
      ticket = connections.role().isReadOnly() ? Optional.empty() : dialect.ticket(connection);
    } catch (SQLException e) {
      throw failure(e);
    }
    try {
      connection.commit();
      return result;
    } catch (SQLException e) {
      if (ticket.isPresent()
          && dialect.setback(e) == Setback.LOST
          && isCommitted(connections, ticket.get(), e)) {
        connections.discardIdle();
        return result;
      }
      throw failure(e);
    }
  }

  /** What became of a commit whose answer was lost. */
  private boolean isCommitted(Connections connections, String ticket, SQLException loss)
      throws DomainException {
    Patience.Wait wait = patience.begin();
    do {
      try {
        Optional<Boolean> fate = ask(connections, ticket);
        if (fate.isPresent()) {
          return fate.get();
        }
      } catch (SQLException e) {
        if (dialect.setback(e) != Setback.LOST) {
          throw failure(e);
        }
      }
    } while (wait.goesOn());
    throw new DomainException(
        DomainException.Kind.IO,
        label
            + " was lost during a commit, which may have happened or not; look at the result before"
            + " repeating the call",
        new IllegalStateException(loss));
  }

  /** On a connection of its own, which the pool's bound must not keep from being opened. */
  private Optional<Boolean> ask(Connections connections, String ticket) throws SQLException {
    try (Connection connection = connections.openAnother()) {
      return dialect.isCommitted(connection, ticket);
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
    return JdbcTransaction.failure(label, dialect, e);
  }
}

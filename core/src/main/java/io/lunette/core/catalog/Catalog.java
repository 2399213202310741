/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog;

import io.lunette.core.DomainException;
import io.lunette.core.node.NodeName;

/**
 * What must survive a restart. Thread-safe; calls block on the database.
 *
 * <p>Work runs on the calling thread, and again from its beginning if another appliance was in its
 * way or the database went away for a moment: nothing of the run before has happened then. So it
 * changes nothing but the catalog, neither calls out to a driver nor begins another transaction,
 * and lets what the {@link Transaction} throws pass.
 */
public interface Catalog extends AutoCloseable {

  /**
   * Something to do in a transaction.
   *
   * @param <T> what it yields
   */
  @FunctionalInterface
  interface Work<T> {
    T run(Transaction transaction) throws DomainException;
  }

  /**
   * Runs work that changes things. On return all of it is durable; if the work throws, none of it
   * has happened.
   *
   * @throws DomainException what the work threw; IO or NO_SPACE if the database failed or cannot be
   *     reached; CONFLICT if other appliances were in its way too often; FENCED if another one was
   *     started as this node
   */
  <T> T change(Work<T> work) throws DomainException;

  /** Runs work that only reads; it sees one consistent state. */
  <T> T read(Work<T> work) throws DomainException;

  /** The node that uses it. */
  NodeName node();

  /** Waits for transactions under way, then closes. */
  @Override
  void close();
}

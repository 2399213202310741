/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;

/** Something that a server may hold, and that forbids its removal or goes with it. */
@FunctionalInterface
public interface ServerDependents {

  /**
   * @throws DomainException BUSY if the server holds something of this kind
   */
  void requireNone(Transaction transaction, ServerName server) throws DomainException;

  /** Deletes what is only about a server that is being removed. */
  default void forget(Transaction transaction, ServerName server) throws DomainException {}
}

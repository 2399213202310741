/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog;

import io.lunette.core.DomainException;
import io.lunette.core.node.NodeName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A transaction under way; used by the thread that runs the work, and not afterwards.
 *
 * <p>Arguments are strings, numbers, booleans, byte arrays, instants, enums (by name), UUIDs,
 * optionals of those, or null. An instant is kept in microseconds, a boolean as 0 or 1.
 */
public interface Transaction {

  /**
   * Makes something of a row.
   *
   * @param <T> what
   */
  @FunctionalInterface
  interface RowReader<T> {
    T read(Row row) throws DomainException;
  }

  /** The time of this transaction: the same whenever it is asked, in whole microseconds. */
  Instant now();

  /** The node that makes it: what it does with images and replicas concerns that node's alone. */
  NodeName node();

  /** All rows of a query. */
  <T> List<T> query(String sql, RowReader<T> reader, Object... arguments) throws DomainException;

  /** The first row of a query, if there is one. */
  default <T> Optional<T> first(String sql, RowReader<T> reader, Object... arguments)
      throws DomainException {
    return query(sql, reader, arguments).stream().findFirst();
  }

  /** Runs a changing statement; how many rows it changed. */
  int update(String sql, Object... arguments) throws DomainException;

  /** Runs a changing statement once for each list of arguments; how many rows each changed. */
  int[] batch(String sql, List<Object[]> arguments) throws DomainException;
}

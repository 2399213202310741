/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The conditions of a query that all have to hold, with their arguments. Used by one thread. */
public final class Conditions {

  private final StringBuilder sql = new StringBuilder();
  private final List<Object> arguments = new ArrayList<>();

  /** Adds a condition with a question mark for each argument. */
  public Conditions and(String condition, Object... values) {
    sql.append(sql.length() == 0 ? "" : " AND ").append(condition);
    arguments.addAll(Arrays.asList(values));
    return this;
  }

  /** What comes behind WHERE. */
  public String sql() {
    return sql.toString();
  }

  /** The arguments in their order, and more behind them. */
  public Object[] argumentsAnd(Object... more) {
    List<Object> all = new ArrayList<>(arguments);
    all.addAll(Arrays.asList(more));
    return all.toArray();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Schemas of the tests' PostgreSQL, one for each directory that a test keeps a catalog in. Making
 * one takes longer than most tests do; so when a directory has gone, its schema is emptied and
 * given to the next. Thread-safe.
 */
final class TestSchemas {

  static final TestSchemas SHARED = new TestSchemas(PostgresCluster.shared());

  private final PostgresCluster cluster;
  private final Map<Path, String> schemas = new HashMap<>();
  private int made;

  private TestSchemas(PostgresCluster cluster) {
    this.cluster = cluster;
  }

  /** The schema of a directory: the same as long as that is there. */
  synchronized PostgresAccess of(Path directory) {
    Path key = directory.toAbsolutePath();
    String schema = schemas.get(key);
    if (schema == null) {
      schema = free();
      schemas.put(key, schema);
    }
    return cluster.schema(schema);
  }

  private String free() {
    Iterator<Map.Entry<Path, String>> all = schemas.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Path, String> each = all.next();
      if (!Files.exists(each.getKey())) {
        all.remove();
        empty(each.getValue());
        return each.getValue();
      }
    }
    return "test" + made++;
  }

  /** As after its migration. Triggers that forbid changes, and references, do not count here. */
  private void empty(String schema) {
    try (Connection connection = cluster.connect("postgres");
        Statement statement = connection.createStatement()) {
      StringBuilder script =
          new StringBuilder(
              "SET search_path TO " + schema + "; SET session_replication_role = replica;");
      append(
          script,
          statement,
          "SELECT 'DELETE FROM ' || tablename || ';' FROM pg_tables WHERE schemaname = '"
              + schema
              + "' AND tablename NOT IN ('catalog_schema', 'counter')");
      append(
          script,
          statement,
          "SELECT 'ALTER SEQUENCE ' || sequencename || ' RESTART;' FROM pg_sequences"
              + " WHERE schemaname = '"
              + schema
              + "'");
      script.append("UPDATE counter SET value = 0;");
      statement.execute(script.toString());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void append(StringBuilder script, Statement statement, String query)
      throws SQLException {
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        script.append(rows.getString(1));
      }
    }
  }
}

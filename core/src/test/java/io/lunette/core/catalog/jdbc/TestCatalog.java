/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import io.lunette.core.node.NodeIdentity;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;

/**
 * Where the tests keep a catalog. The build runs them twice: as they are, with a file of SQLite;
 * and with the system property {@code lunette.test.catalog=postgresql}, with a schema of {@link
 * PostgresCluster#shared}.
 */
public final class TestCatalog {

  private final Path directory;

  /** The catalog that belongs to a directory: the same whenever it is opened. */
  public TestCatalog(Path directory) {
    this.directory = directory;
  }

  /** Whether this run is the one with PostgreSQL. */
  public static boolean isPostgres() {
    return System.getProperty("lunette.test.catalog", "sqlite").equals("postgresql");
  }

  /** Opens it, made if it does not exist. */
  public JdbcCatalog open(Clock clock) throws DomainException {
    return isPostgres()
        ? JdbcCatalog.postgresql(
            PostgresCluster.shared().schema(schema()), NodeIdentity.LOCAL, clock)
        : JdbcCatalog.sqlite(directory.resolve("catalog.db"), clock);
  }

  private String schema() {
    byte[] path =
        directory.toAbsolutePath().toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return "t" + UUID.nameUUIDFromBytes(path).toString().replace("-", "");
  }
}

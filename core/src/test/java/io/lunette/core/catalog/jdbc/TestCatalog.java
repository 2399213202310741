/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import io.lunette.core.node.NodeIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Where the tests keep a catalog. The build runs them twice: as they are, with a file of SQLite;
 * and with the system property {@code lunette.test.catalog=postgresql}, with a schema of {@link
 * PostgresCluster#shared}. The schema is migrated once and then copied, or emptied and used again.
 */
public final class TestCatalog {

  private static byte[] emptyFile;

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
        ? JdbcCatalog.postgresql(TestSchemas.SHARED.of(directory), NodeIdentity.LOCAL, clock)
        : JdbcCatalog.sqlite(file(), clock);
  }

  private Path file() throws DomainException {
    Path file = directory.resolve("catalog.db");
    try {
      if (!Files.exists(file)) {
        Files.write(file, emptyFile());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  /** A catalog that nobody has written to, as a file. */
  private static synchronized byte[] emptyFile() throws DomainException, IOException {
    if (emptyFile == null) {
      Path folder = Files.createTempDirectory("lunette-catalog");
      Path file = folder.resolve("catalog.db");
      JdbcCatalog.sqlite(file, Clock.systemUTC()).close();
      emptyFile = Files.readAllBytes(file);
      Files.delete(file);
      Files.delete(folder);
    }
    return emptyFile;
  }
}

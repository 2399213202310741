/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings a catalog to the schema that this version knows. Version <i>n</i> is what the first
 * <i>n</i> scripts make; each runs once, and all that are missing run in one transaction. A script
 * that was ever released is not changed again.
 */
final class Migrations {

  private static final List<String> SCRIPTS =
      List.of(
          "001-begin.sql",
          "002-certificates.sql",
          "003-scrub-method.sql",
          "004-pools.sql",
          "005-images.sql",
          "006-servers.sql",
          "007-catalog.sql",
          "008-arrays.sql",
          "009-smis.sql",
          "010-nodes.sql",
          "011-scrub-records.sql",
          "012-scrub-claims.sql",
          "013-erases.sql",
          "014-replica-volumes.sql");

  private static final Pattern APPEND_ONLY = Pattern.compile("\\$\\{append-only (\\w+)}");

  private final Dialect dialect;
  private final String label;

  Migrations(Dialect dialect, String label) {
    this.dialect = dialect;
    this.label = label;
  }

  void apply(Transaction transaction) throws DomainException {
    int version = version(transaction);
    if (version > SCRIPTS.size()) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          label
              + " has schema version "
              + version
              + ", this Lunette knows up to "
              + SCRIPTS.size()
              + ": start the newer Lunette that made it");
    }
    for (String script : SCRIPTS.subList(version, SCRIPTS.size())) {
      for (String statement : statements(script)) {
        for (String translated : translate(statement)) {
          transaction.update(translated);
        }
      }
    }
    transaction.update("UPDATE catalog_schema SET version = ?", SCRIPTS.size());
  }

  /** {@code ${append-only T}} is what forbids changes of T's rows, the rest is SQL. */
  private List<String> translate(String statement) {
    Matcher appendOnly = APPEND_ONLY.matcher(statement);
    return appendOnly.matches()
        ? dialect.appendOnly(appendOnly.group(1))
        : List.of(dialect.translate(statement));
  }

  private int version(Transaction transaction) throws DomainException {
    transaction.update("CREATE TABLE IF NOT EXISTS catalog_schema (version INTEGER NOT NULL)");
    Optional<Integer> version =
        transaction.first("SELECT version FROM catalog_schema", row -> row.integer("version"));
    if (version.isEmpty()) {
      transaction.update("INSERT INTO catalog_schema (version) VALUES (0)");
    }
    return version.orElse(0);
  }

  /** A script's statements: each ends with a semicolon at the end of a line. */
  private static List<String> statements(String script) {
    try (InputStream stream = Migrations.class.getResourceAsStream(script)) {
      if (stream == null) {
        throw new IllegalStateException("resource " + script + " is missing");
      }
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      return text
          .lines()
          .filter(line -> !line.startsWith("--"))
          .reduce("", (all, line) -> all + line + "\n")
          .transform(all -> List.of(all.split(";\n")))
          .stream()
          .map(String::strip)
          .filter(statement -> !statement.isEmpty())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

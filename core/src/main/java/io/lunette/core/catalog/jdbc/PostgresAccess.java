/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a PostgreSQL database is reached.
 *
 * @param url as PostgreSQL's driver takes it, {@code jdbc:postgresql://host:port/database}; without
 *     a password, since it is shown
 * @param user the role to log in as; the driver's own default without
 * @param password its password; without one the driver looks into {@code ~/.pgpass}
 */
public record PostgresAccess(String url, Optional<String> user, Optional<String> password) {

  private static final String PREFIX = "jdbc:postgresql:";
  private static final Pattern PASSWORD = Pattern.compile("[?&]password=");

  public PostgresAccess {
    if (!url.startsWith(PREFIX)) {
      throw new IllegalArgumentException("'" + url + "' is not " + PREFIX + "//HOST:PORT/DATABASE");
    }
    if (PASSWORD.matcher(url.toLowerCase(Locale.ROOT)).find()) {
      throw new IllegalArgumentException(
          "a password does not belong into the URL of the catalog, where others can read it");
    }
  }

  /** Without what comes behind the database's name. */
  String label() {
    int options = url.indexOf('?');
    return "catalog " + url.substring(5, options < 0 ? url.length() : options);
  }

  @Override
  public String toString() {
    return label();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.Home;
import io.lunette.core.catalog.jdbc.PostgresAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Optional;

/**
 * Where the catalog is, if not in the home.
 *
 * @param url of a PostgreSQL database, {@code jdbc:postgresql://host:port/database}
 * @param user the role to log in as
 * @param passwordFile what holds its password, for its owner alone
 */
public record CatalogOptions(
    Optional<String> url, Optional<String> user, Optional<Path> passwordFile) {

  /** Holds the password where no file is named. */
  public static final String PASSWORD_VARIABLE = "LUNETTE_CATALOG_PASSWORD";

  private static final long PASSWORD_BYTES_MAX = 4096;

  /** The catalog in the home. */
  public static final CatalogOptions NONE =
      new CatalogOptions(Optional.empty(), Optional.empty(), Optional.empty());

  /** These, and from {@code other} what is missing. */
  CatalogOptions or(CatalogOptions other) {
    return new CatalogOptions(
        url.or(other::url), user.or(other::user), passwordFile.or(other::passwordFile));
  }

  /**
   * How the database is reached; empty for the catalog in the home.
   *
   * @throws ApplianceException if the URL is none, or the password cannot be read
   */
  public Optional<PostgresAccess> access(Map<String, String> environment)
      throws ApplianceException {
    if (url.isEmpty()) {
      if (user.isPresent() || passwordFile.isPresent()) {
        throw new ApplianceException("a user or password of the catalog needs --catalog URL");
      }
      return Optional.empty();
    }
    try {
      return Optional.of(new PostgresAccess(url.get(), user, password(environment)));
    } catch (IllegalArgumentException e) {
      throw new ApplianceException(e.getMessage(), e);
    }
  }

  private Optional<String> password(Map<String, String> environment) throws ApplianceException {
    if (passwordFile.isEmpty()) {
      return Optional.ofNullable(environment.get(PASSWORD_VARIABLE));
    }
    Path file = passwordFile.get();
    try {
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        throw new ApplianceException("password file " + file + " is world-readable; chmod 600 it");
      }
      if (Files.size(file) > PASSWORD_BYTES_MAX) {
        throw new ApplianceException(
            "password file " + file + " is larger than " + PASSWORD_BYTES_MAX + " bytes");
      }
      return Optional.of(Files.readString(file, StandardCharsets.UTF_8).stripTrailing());
    } catch (IOException e) {
      throw new ApplianceException("cannot read password file " + file + ": " + Home.reason(e), e);
    }
  }
}

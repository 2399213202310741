/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import io.lunette.appliance.ApplianceException;
import io.lunette.core.catalog.jdbc.PostgresAccess;
import io.lunette.core.node.NodeName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where the catalog is, if not in the home.
 *
 * @param url of a PostgreSQL database, {@code jdbc:postgresql://host:port/database}
 * @param user the role to log in as
 * @param passwordFile what holds its password, for its owner alone
 * @param node what this appliance is called among those that share it; the host's name without
 */
public record CatalogOptions(
    Optional<String> url,
    Optional<String> user,
    Optional<Path> passwordFile,
    Optional<NodeName> node) {

  /** Holds the password where no file is named. */
  public static final String PASSWORD_VARIABLE = "LUNETTE_CATALOG_PASSWORD";

  /** proc(5). */
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  /** The catalog in the home. */
  public static final CatalogOptions NONE =
      new CatalogOptions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /** These, and from {@code other} what is missing. */
  CatalogOptions or(CatalogOptions other) {
    return new CatalogOptions(
        url.or(other::url),
        user.or(other::user),
        passwordFile.or(other::passwordFile),
        node.or(other::node));
  }

  /**
   * How the database is reached; empty for the catalog in the home.
   *
   * @throws ApplianceException if the URL is none, or the password cannot be read
   */
  public Optional<PostgresAccess> access(Map<String, String> environment)
      throws ApplianceException {
    if (url.isEmpty()) {
      if (user.isPresent() || passwordFile.isPresent() || node.isPresent()) {
        throw new ApplianceException(
            "a user or password of the catalog and a node's name need --catalog URL");
      }
      return Optional.empty();
    }
    try {
      return Optional.of(new PostgresAccess(url.get(), user, password(environment)));
    } catch (IllegalArgumentException e) {
      throw new ApplianceException(e.getMessage(), e);
    }
  }

  /**
   * What this appliance is called.
   *
   * @throws ApplianceException if no name was given and the host has none
   */
  public NodeName nodeName() throws ApplianceException {
    if (node.isPresent()) {
      return node.get();
    }
    try {
      return new NodeName(Files.readString(HOST_NAME, StandardCharsets.US_ASCII).strip());
    } catch (IOException | IllegalArgumentException e) {
      throw new ApplianceException("this host has no name to use; say --node NAME", e);
    }
  }

  private Optional<String> password(Map<String, String> environment) throws ApplianceException {
    if (passwordFile.isEmpty()) {
      return Optional.ofNullable(environment.get(PASSWORD_VARIABLE));
    }
    return Optional.of(PrivateFile.read("password file", passwordFile.get()));
  }
}

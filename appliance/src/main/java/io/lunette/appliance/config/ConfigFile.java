/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.Home;
import io.lunette.core.node.NodeName;
import io.lunette.core.space.SpaceThresholds;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** The file behind {@code --config}: Java properties with the names of the options. */
public final class ConfigFile {

  private static final Set<String> KEYS =
      Set.of(
          "portal",
          "redirect",
          "http",
          "boot",
          "pool-file",
          "pool-size",
          "scrub-rate",
          "sanitize-rate",
          "physical-block-size",
          "space-thresholds",
          "catalog",
          "catalog-user",
          "catalog-password-file",
          "encrypt",
          "key-file",
          "smis",
          "smis-tls",
          "smis-certificate",
          "smis-key",
          "smis-advertise",
          "mutual-chap-user",
          "mutual-chap-secret-file",
          "node");

  private final Path file;
  private final Properties properties;

  private ConfigFile(Path file, Properties properties) {
    this.file = file;
    this.properties = properties;
  }

  /**
   * Reads the file.
   *
   * @throws ApplianceException if it cannot be read, has a key that is not an option, or a value
   *     that is not one
   */
  public static ServeOptions read(Path file) throws ApplianceException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      String reason = e instanceof IOException io ? Home.reason(io) : e.getMessage();
      throw new ApplianceException("cannot read configuration " + file + ": " + reason, e);
    }
    ConfigFile config = new ConfigFile(file, properties);
    config.refuseUnknown();
    return new ServeOptions(
        config.portals(),
        config.value("http", HostPort::parse),
        config.value("boot", HostPort::parse),
        config.value("pool-file", Path::of),
        config.value("pool-size", ByteSize::parse),
        config.value("scrub-rate", ByteSize::parse),
        config.value("sanitize-rate", ByteSize::parse),
        config.value("physical-block-size", PhysicalBlock::parse),
        config.value("space-thresholds", SpaceThresholds::parse),
        new CatalogOptions(
            config.value("catalog", Function.identity()),
            config.value("catalog-user", Function.identity()),
            config.value("catalog-password-file", Path::of),
            config.value("node", NodeName::new)),
        new KeyOptions(
            config.value("encrypt", ConfigFile::yesOrNo), config.value("key-file", Path::of)),
        config.smis(),
        new MutualChapOptions(
            config.value("mutual-chap-user", Function.identity()),
            config.value("mutual-chap-secret-file", Path::of)));
  }

  private SmisOptions smis() throws ApplianceException {
    try {
      return new SmisOptions(
          value("smis", HostPort::parse),
          value("smis-tls", HostPort::parse),
          value("smis-certificate", Path::of),
          value("smis-key", Path::of),
          value("smis-advertise", ConfigFile::yesOrNo));
    } catch (IllegalArgumentException e) {
      throw new ApplianceException("configuration " + file + ": " + e.getMessage(), e);
    }
  }

  private Optional<PortalOptions> portals() throws ApplianceException {
    return PortalOptions.said(
        value("portal", text -> PortalOptions.list(text, PortalOption::parse)).orElse(List.of()),
        value("redirect", text -> PortalOptions.list(text, RedirectOption::parse))
            .orElse(List.of()));
  }

  private static boolean yesOrNo(String text) {
    return switch (text.strip()) {
      case "true", "yes" -> true;
      case "false", "no" -> false;
      default -> throw new IllegalArgumentException("'" + text + "' is neither yes nor no");
    };
  }

  private void refuseUnknown() throws ApplianceException {
    Set<String> unknown = new TreeSet<>(properties.stringPropertyNames());
    unknown.removeAll(KEYS);
    if (!unknown.isEmpty()) {
      throw new ApplianceException(
          "configuration "
              + file
              + ": no option '"
              + unknown.iterator().next()
              + "'; there are "
              + String.join(", ", new TreeSet<>(KEYS)));
    }
  }

  private <T> Optional<T> value(String key, Function<String, T> parse) throws ApplianceException {
    String text = properties.getProperty(key);
    if (text == null || text.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse.apply(text.strip()));
    } catch (IllegalArgumentException e) {
      throw new ApplianceException("configuration " + file + ", " + key + ": " + e.getMessage(), e);
    }
  }
}

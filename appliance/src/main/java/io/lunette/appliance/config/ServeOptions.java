/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import io.lunette.core.space.SpaceThresholds;
import java.nio.file.Path;
import java.util.Optional;

/** What an operator said of an appliance; what is empty has a default that depends on the home. */
public record ServeOptions(
    Optional<PortalOptions> portals,
    Optional<HostPort> http,
    Optional<HostPort> boot,
    Optional<Path> poolFile,
    Optional<ByteSize> poolSize,
    Optional<ByteSize> scrubRate,
    Optional<ByteSize> sanitizeRate,
    Optional<PhysicalBlock> physicalBlock,
    Optional<SpaceThresholds> spaceThresholds,
    CatalogOptions catalog,
    KeyOptions keys,
    SmisOptions smis,
    MutualChapOptions mutualChap) {

  /** Nothing said. */
  public static final ServeOptions NONE =
      new ServeOptions(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          CatalogOptions.NONE,
          KeyOptions.NONE,
          SmisOptions.NONE,
          MutualChapOptions.NONE);

  /** How large a pool is made unless told otherwise; thin, so it takes what is written. */
  public static final ByteSize DEFAULT_POOL_SIZE = new ByteSize(64L << 30);

  /** These, and from {@code other} what is missing. */
  public ServeOptions or(ServeOptions other) {
    return new ServeOptions(
        portals.or(other::portals),
        http.or(other::http),
        boot.or(other::boot),
        poolFile.or(other::poolFile),
        poolSize.or(other::poolSize),
        scrubRate.or(other::scrubRate),
        sanitizeRate.or(other::sanitizeRate),
        physicalBlock.or(other::physicalBlock),
        spaceThresholds.or(other::spaceThresholds),
        catalog.or(other.catalog()),
        keys.or(other.keys),
        smis.or(other.smis),
        mutualChap.or(other.mutualChap));
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the appliance is an SMI-S array.
 *
 * @param plain address for HTTP, over which passwords go unencrypted
 * @param tls address for HTTPS
 * @param certificate chain in PEM; without it the home's own, which is made when there is none
 * @param key private key in PEM, for {@code certificate}
 * @param advertise whether the network is told by multicast DNS; not unless somebody says so, for
 *     it tells whoever listens what runs here
 */
public record SmisOptions(
    Optional<HostPort> plain,
    Optional<HostPort> tls,
    Optional<Path> certificate,
    Optional<Path> key,
    Optional<Boolean> advertise) {

  /** No array. */
  public static final SmisOptions NONE =
      new SmisOptions(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  public SmisOptions {
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "a certificate for SMI-S needs its key, and a key its certificate: give both files");
    }
  }

  /** These, and from {@code other} what is missing. */
  public SmisOptions or(SmisOptions other) {
    return new SmisOptions(
        plain.or(other::plain),
        tls.or(other::tls),
        certificate.or(other::certificate),
        key.or(other::key),
        advertise.or(other::advertise));
  }

  /** Whether the network is told. */
  public boolean isAdvertised() {
    return advertise.orElse(false);
  }

  /** Whether it listens anywhere. */
  public boolean isWanted() {
    return plain.isPresent() || tls.isPresent();
  }
}

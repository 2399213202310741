/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.Objects;

/**
 * Where volumes are: at one of the peers that a driver keeps them with. What waits for one place
 * need not hold up another, and a clone is where its source is.
 *
 * @param name the peer's, empty for the driver itself
 */
public record VolumePlace(String name) {

  /** The driver itself, where it has no peers. */
  public static final VolumePlace LOCAL = new VolumePlace("");

  public VolumePlace {
    Objects.requireNonNull(name);
  }

  public boolean isLocal() {
    return name.isEmpty();
  }

  @Override
  public String toString() {
    return isLocal() ? "the local driver" : name;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.volume.AccessMode;
import java.util.Locale;

/** What a logical unit is to the server that sees it. */
public enum LunRole {
  /** The portion of a split image that all its servers read. */
  SHARED(AccessMode.READ_ONLY),
  /** The replica: the whole disk, or of a split image the server's own writable portion. */
  REPLICA(AccessMode.READ_WRITE),
  /** The config volume that tells the server who it is. */
  PERSONALITY(AccessMode.READ_ONLY);

  private final AccessMode mode;

  LunRole(AccessMode mode) {
    this.mode = mode;
  }

  /** How the server sees it. */
  public AccessMode mode() {
    return mode;
  }

  /** For instance {@code shared}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.space;

import java.util.Locale;

/** How full the pool is, as its thresholds have it. */
public enum SpaceLevel {
  NORMAL,
  WARNING,
  CRITICAL;

  /** The audit entry that reaching it makes, for instance {@code space.warning}. */
  public String action() {
    return "space." + name().toLowerCase(Locale.ROOT);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a boot over the network does with the replica that a server holds. */
public enum BootPolicy {
  /** The replica stays until somebody upgrades the server or takes it back. */
  PERSISTENT,
  /**
   * A replica of a version that is not the current one is exchanged for one that is; of a split
   * image the shared portion is, and the writable volume stays.
   */
  STATELESS,
  /** The replica is exchanged at every boot: nothing that a boot wrote is there at the next. */
  FRESH;

  /** The name as users write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads a label. */
  public static BootPolicy parse(String text) {
    return Arrays.stream(values())
        .filter(each -> each.label().equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'"
                        + text
                        + "' is no boot policy; there are "
                        + Arrays.stream(values())
                            .map(BootPolicy::label)
                            .collect(Collectors.joining(", "))));
  }
}

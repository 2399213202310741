/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import java.util.Locale;

/** How a server came by its replica. */
public enum AllocationPath {
  /** It was ready: nothing was copied and nothing was waited for. */
  HIT("a replica was ready"),
  /** None was ready, and one was made for the request, as it asked. */
  MADE("no replica was ready, so one was made for this request"),
  /** The server had it before this request, which repeats an earlier one. */
  HELD("the server held it already");

  private final String why;

  AllocationPath(String why) {
    this.why = why;
  }

  /** For instance {@code hit}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** In words. */
  public String why() {
    return why;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.account;

import java.util.Locale;

/** What an account may do. */
public enum Role {
  /** Look. */
  READ,
  /** Look and change. */
  OPERATE;

  /** What people call it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The role of that name.
   *
   * @throws IllegalArgumentException if there is none, with the names that there are
   */
  public static Role parse(String text) {
    for (Role role : values()) {
      if (role.label().equals(text)) {
        return role;
      }
    }
    throw new IllegalArgumentException("no role '" + text + "': there are read, operate");
  }
}

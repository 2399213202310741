/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import java.util.regex.Pattern;

/** What a group of servers is called; unique. 1 to 64 letters, digits, '.', '_', '-'. */
public record GroupName(String value) implements Comparable<GroupName> {

  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  public GroupName {
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is not a group name: use 1 to 64 letters, digits, '.', '_', '-'");
    }
  }

  @Override
  public int compareTo(GroupName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}

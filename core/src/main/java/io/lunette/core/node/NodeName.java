/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.node;

import java.util.Objects;
import java.util.regex.Pattern;

/** What an appliance is called among those that share its catalog. */
public record NodeName(String value) implements Comparable<NodeName> {

  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /** The one node of a catalog that nobody shares. */
  public static final NodeName LOCAL = new NodeName("local");

  public NodeName {
    Objects.requireNonNull(value);
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is not a node name: use 1 to 64 letters, digits, '.', '_', '-'");
    }
  }

  @Override
  public int compareTo(NodeName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}

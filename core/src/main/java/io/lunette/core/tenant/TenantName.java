/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.tenant;

import java.util.Objects;
import java.util.regex.Pattern;

/** What a tenant is called; unique. 1 to 64 letters, digits, '.', '_', '-'. */
public record TenantName(String value) implements Comparable<TenantName> {

  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  public TenantName {
    Objects.requireNonNull(value);
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is not a tenant name: use 1 to 64 letters, digits, '.', '_', '-'");
    }
  }

  @Override
  public int compareTo(TenantName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}

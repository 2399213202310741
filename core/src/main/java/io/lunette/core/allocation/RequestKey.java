/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * By what a caller knows one of its requests, so that it can be sent again without being carried
 * out again. 1 to 128 visible ASCII characters; callers choose random ones, such as UUIDs.
 */
public record RequestKey(String value) {

  private static final Pattern LEGAL = Pattern.compile("[!-~]{1,128}");

  public RequestKey {
    Objects.requireNonNull(value);
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is not a request key: use 1 to 128 visible ASCII characters");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}

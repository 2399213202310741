/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.account;

import java.util.Objects;
import java.util.regex.Pattern;

/** What an account is called: 1 to 64 letters, digits, '.', '_', '-', '@'. */
public record AccountName(String value) {

  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  public AccountName {
    Objects.requireNonNull(value);
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is not an account: use 1 to 64 letters, digits, '.', '_', '-', '@'");
    }
  }

  /** Whether the text is the name of an account. */
  public static boolean isLegal(String text) {
    return LEGAL.matcher(text).matches();
  }

  @Override
  public String toString() {
    return value;
  }
}

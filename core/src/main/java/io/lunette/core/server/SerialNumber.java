/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import java.util.regex.Pattern;

/** What SMBIOS says is the serial number of a machine: 1 to 64 printable ASCII characters. */
public record SerialNumber(String value) {

  private static final Pattern LEGAL = Pattern.compile("[!-~]([ -~]{0,62}[!-~])?");

  public SerialNumber {
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is not a serial number: use 1 to 64 printable ASCII characters");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a server's power is controlled: {@code SCHEME:REST}. What the rest means is the business of
 * whoever knows the scheme; it names files with secrets, and holds none.
 *
 * @param scheme in lower case
 * @param rest not empty, one line
 */
public record PowerAddress(String scheme, String rest) {

  private static final Pattern FORM = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]{0,15}):(\\S.*)");
  private static final int LENGTH_MAX = 1024;

  /** Reads {@code redfish:https://bmc.example/redfish/v1/Systems/1?...} and the like. */
  public static PowerAddress parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (text.length() > LENGTH_MAX || !parts.matches()) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' does not say how to control power: use redfish:URL, hook:PROGRAM or qmp:SOCKET");
    }
    return new PowerAddress(parts.group(1).toLowerCase(Locale.ROOT), parts.group(2));
  }

  @Override
  public String toString() {
    return scheme + ":" + rest;
  }
}

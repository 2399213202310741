/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.personality;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/** Values as YAML 1.2 writes them. */
final class Yaml {

  private Yaml() {}

  /** A double-quoted scalar (YAML 1.2, section 7.3.1), of any text, on one line. */
  static String quoted(String value) {
    StringBuilder text = new StringBuilder("\"");
    value
        .codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                default -> {
                  if (c >= ' ' && c <= '~') {
                    text.append((char) c);
                  } else {
                    text.append(
                        c <= 0xFFFF
                            ? String.format(Locale.ROOT, "\\u%04x", c)
                            : String.format(Locale.ROOT, "\\U%08x", c));
                  }
                }
              }
            });
    return text.append('"').toString();
  }

  static String base64(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
  }
}

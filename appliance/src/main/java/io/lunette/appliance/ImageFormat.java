/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import java.util.Locale;

/** How the content of an image file is written. */
public enum ImageFormat {
  RAW,
  QCOW2;

  /** Reads {@code raw} or {@code qcow2}. */
  public static ImageFormat parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "raw" -> RAW;
      case "qcow2" -> QCOW2;
      default -> throw new IllegalArgumentException("'" + text + "' is not raw or qcow2");
    };
  }
}

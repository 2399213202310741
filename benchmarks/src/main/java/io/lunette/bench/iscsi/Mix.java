/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the commands of a load are.
 *
 * @param readPercent how many of a hundred are reads; the others are writes
 */
public record Mix(int readPercent) {

  private static final Pattern READS_OF_100 = Pattern.compile("rw(\\d{1,3})");

  public Mix {
    if (readPercent < 0 || readPercent > 100) {
      throw new IllegalArgumentException(readPercent + " % reads");
    }
  }

  /** Reads {@code read}, {@code write}, and {@code rw70} for 70 % reads. */
  public static Mix parse(String text) {
    Matcher parts = READS_OF_100.matcher(text);
    if (parts.matches()) {
      return new Mix(Integer.parseInt(parts.group(1)));
    }
    return switch (text) {
      case "read" -> new Mix(100);
      case "write" -> new Mix(0);
      default ->
          throw new IllegalArgumentException(
              "'" + text + "' is no mix: use read, write, or rw70 for 70 % reads");
    };
  }

  @Override
  public String toString() {
    return switch (readPercent) {
      case 100 -> "read";
      case 0 -> "write";
      default -> "rw" + readPercent;
    };
  }
}

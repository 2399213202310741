/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.report.Spread;
import java.util.List;
import java.util.Locale;

/** How the page writes figures. */
final class Figures {

  private Figures() {}

  static String whole(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  static String tenths(Spread value) {
    return String.format(Locale.ROOT, "%.1f", value.median());
  }

  /** The geometric mean of medians; empty for none. */
  static String mean(List<Spread> ratios) {
    if (ratios.isEmpty()) {
      return "";
    }
    double logs =
        ratios.stream().mapToDouble(each -> Math.log(each.median())).average().orElseThrow();
    return String.format(Locale.ROOT, "**%.2f**", Math.exp(logs));
  }
}

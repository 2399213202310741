/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.report.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Bars of ratios with their spread, as SVG: a bar to the right of the line at 1 is a win. The axis
 * is logarithmic, so that twice as fast and half as fast are as long as each other.
 */
final class RatioChart {

  private static final int LABELS = 490;
  private static final int WIDTH = 1050;
  private static final int BAR = 14;
  private static final int STEP = 22;
  private static final int TOP = 60;
  private static final double REACH = 32;

  private record Bar(String label, Spread ratio) {}

  private final String title;
  private final List<Bar> bars = new ArrayList<>();

  RatioChart(String title) {
    this.title = title;
  }

  RatioChart bar(String label, Spread ratio) {
    bars.add(new Bar(label, ratio));
    return this;
  }

  /** The whole file. */
  String toSvg() {
    int height = TOP + bars.size() * STEP + 20;
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"12\">%n",
            WIDTH, height));
    svg.append(format("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>%n", WIDTH, height));
    svg.append(format("<text x=\"10\" y=\"22\" font-size=\"15\">%s</text>%n", escape(title)));
    for (double tick : new double[] {1 / 32.0, 0.125, 0.5, 1, 2, 8, 32}) {
      svg.append(
          format(
              "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>%n",
              x(tick), TOP - 8, x(tick), height - 10, tick == 1 ? "black" : "#ddd"));
      svg.append(
          format(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#555\">%s</text>%n",
              x(tick), TOP - 14, tick < 1 ? "1/" + Math.round(1 / tick) : "" + Math.round(tick)));
    }
    for (int i = 0; i < bars.size(); i++) {
      append(svg, bars.get(i), TOP + i * STEP);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void append(StringBuilder svg, Bar bar, int y) {
    double median = bar.ratio.median();
    double from = Math.min(x(1), x(median));
    double to = Math.max(x(1), x(median));
    svg.append(
        format(
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n",
            LABELS - 10, y + BAR - 2, escape(bar.label)));
    svg.append(
        format(
            "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
            from, y, to - from, BAR, median >= 1 ? "#2a7f62" : "#b5483a"));
    svg.append(
        format(
            "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"black\"/>%n",
            x(bar.ratio.least()), y + BAR / 2, x(bar.ratio.greatest()), y + BAR / 2));
    svg.append(format("<text x=\"%d\" y=\"%d\">%.2f</text>%n", WIDTH - 40, y + BAR - 2, median));
  }

  /** Where a ratio is; one beyond the axis is at its end. */
  private static double x(double ratio) {
    double clipped = Math.max(1 / REACH, Math.min(REACH, ratio));
    double half = (WIDTH - 50 - LABELS) / 2.0;
    return LABELS + half * (1 + Math.log(clipped) / Math.log(REACH));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}

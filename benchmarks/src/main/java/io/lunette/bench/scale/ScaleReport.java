/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

import io.lunette.appliance.cli.Session;
import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.report.ResultOutput;
import io.lunette.bench.report.TextTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Series with their models, as tables and as JSON. */
final class ScaleReport {

  private final List<Series> all;

  ScaleReport(List<Series> all) {
    this.all = all;
  }

  /** Prints the results, and keeps them in a file if there is one. */
  void print(Session session, ResultOutput output) throws IOException {
    output.write(
        session,
        all.stream().map(ScaleReport::asMap).toList(),
        out -> {
          out.print(measured());
          out.println();
          out.print(models());
        });
  }

  private TextTable measured() {
    TextTable table = new TextTable("COST", "UNIT", "OF", "MEASURED AT", "IS");
    for (Series each : all) {
      for (int i = 0; i < each.points().size(); i++) {
        Point point = each.points().get(i);
        boolean first = i == 0;
        table.row(
            first ? each.name() : "",
            first ? each.unit() : "",
            first ? each.size() : "",
            size(each, point.x()),
            figure(point.y()));
      }
    }
    return table;
  }

  private TextTable models() {
    TextTable table =
        new TextTable("COST", "MODEL", "a", "b", "ERROR WHERE HELD OUT", "ASKED ABOUT", "MODEL");
    for (Series each : all) {
      Fit fit = each.fit();
      List<String> errors = new ArrayList<>();
      for (Point point : each.heldOut()) {
        errors.add(
            String.format(
                Locale.ROOT, "%+.0f %% at %s", 100 * each.errorAt(point), size(each, point.x())));
      }
      table.row(
          each.name(),
          fit.form().toString(),
          figure(fit.a()),
          figure(fit.b()),
          String.join(", ", errors),
          size(each, each.target()),
          figure(fit.at(each.target())) + " " + each.unit());
    }
    return table;
  }

  private static String size(Series series, double x) {
    return series.size().startsWith("bytes")
        ? new ByteSize((long) x).forPeople()
        : String.format(Locale.ROOT, "%,.0f", x);
  }

  private static String figure(double value) {
    String format = value >= 100 ? "%,.0f" : value >= 0.1 || value == 0 ? "%.2f" : "%.2e";
    return String.format(Locale.ROOT, format, value);
  }

  private static Map<String, Object> asMap(Series series) {
    Fit fit = series.fit();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("cost", series.name());
    row.put("unit", series.unit());
    row.put("of", series.size());
    row.put("model", fit.form().toString());
    row.put("a", fit.a());
    row.put("b", fit.b());
    List<Map<String, Object>> points = new ArrayList<>();
    for (Point point : series.points()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("at", point.x());
      one.put("measured", point.y());
      one.put("model", fit.at(point.x()));
      one.put("heldOut", series.heldOut().contains(point));
      points.add(one);
    }
    row.put("points", points);
    row.put("askedAbout", series.target());
    row.put("modelSays", fit.at(series.target()));
    return row;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.tenant;

import io.lunette.bench.report.Spread;
import io.lunette.bench.report.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the tenant's operations took, as a table and as JSON.
 *
 * @param rows each after the row of the same work alone
 */
record TenantReport(List<TenantRow> rows) {

  private static final double[] QUANTILES = {0.5, 0.99, 0.999};
  private static final String[] NAMES = {"p50", "p99", "p999"};

  @Override
  public String toString() {
    TextTable table =
        new TextTable(
            "4 KiB AT RANDOM",
            "BESIDE",
            "OPERATIONS",
            "P50 us",
            "/ ALONE",
            "P99 us",
            "/ ALONE",
            "P99.9 us",
            "/ ALONE",
            "IT ZEROED MiB/s");
    for (TenantRow row : rows) {
      TextTable ignored = table.row(cells(row, alone(row)));
    }
    return table.toString();
  }

  List<Map<String, Object>> json() {
    return rows.stream().map(row -> json(row, alone(row))).toList();
  }

  private TenantRow alone(TenantRow row) {
    return rows.stream().filter(each -> each.work() == row.work()).findFirst().orElseThrow();
  }

  private static String[] cells(TenantRow row, TenantRow alone) {
    List<String> cells = new ArrayList<>();
    cells.add(row.work().label);
    cells.add(row.beside());
    cells.add(Long.toString(row.operations()));
    for (double quantile : QUANTILES) {
      cells.add(number("%.1f", Spread.of(row.micros(quantile)).median()));
      cells.add(row.equals(alone) ? "-" : row.ratio(alone, quantile).toString());
    }
    cells.add(row.equals(alone) ? "-" : number("%.0f", Spread.of(row.rates()).median()));
    return cells.toArray(String[]::new);
  }

  private static Map<String, Object> json(TenantRow row, TenantRow alone) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("work", row.work().name().toLowerCase(Locale.ROOT));
    fields.put("beside", row.beside());
    fields.put("operations", row.operations());
    for (int i = 0; i < QUANTILES.length; i++) {
      fields.put(NAMES[i] + "Micros", row.micros(QUANTILES[i]));
      fields.put(NAMES[i] + "OverAlone", row.ratio(alone, QUANTILES[i]).median());
    }
    fields.put("zeroedMebibytesPerSecond", row.rates());
    return fields;
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.appliance.cli.Session;
import io.lunette.bench.report.ResultOutput;
import io.lunette.bench.report.Spread;
import io.lunette.bench.report.TextTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Rows as a table and as JSON. */
final class OffloadReport {

  private final List<OffloadRow> rows;

  OffloadReport(List<OffloadRow> rows) {
    this.rows = rows;
  }

  /** Prints the results, and keeps them in a file if there is one. */
  void print(Session session, ResultOutput output) throws IOException {
    output.write(session, rows.stream().map(this::asMap).toList(), out -> out.print(table()));
  }

  private TextTable table() {
    String first = rows.isEmpty() ? "" : rows.get(0).unit();
    TextTable table =
        new TextTable(
            "WORK", "UNIT", "MiB", "SECONDS", "MiB/s", "/ INITIATOR", "/ " + first, "READ BACK");
    for (OffloadRow row : rows) {
      if (row.reason().isPresent()) {
        String what = row.isRefused() ? "refused: " : "skipped: ";
        table.row(
            row.work().name(), row.unit(), "-", "-", "-", "-", "-", what + row.reason().get());
        continue;
      }
      table.row(
          row.work().name(),
          row.unit(),
          number("%.0f", row.bytes() / 1048576.0),
          number("%.3f", Spread.of(row.seconds()).median()),
          number("%.0f", Spread.of(row.rates()).median()),
          shown(overPlain(row)),
          shown(overFirst(row)),
          said(row));
    }
    return table;
  }

  private static String said(OffloadRow row) {
    String found = row.readBack().map(ReadBack::words).orElse("-");
    return row.remark().isEmpty() ? found : found + "; " + row.remark();
  }

  private Optional<Spread> overPlain(OffloadRow row) {
    return find(row.work().plainName(), row.unit()).filter(each -> each != row).flatMap(row::over);
  }

  private Optional<Spread> overFirst(OffloadRow row) {
    return find(row.work().name(), rows.get(0).unit())
        .filter(each -> each != row)
        .flatMap(row::over);
  }

  private Optional<OffloadRow> find(String work, String unit) {
    return rows.stream()
        .filter(each -> each.work().name().equals(work) && each.unit().equals(unit))
        .findFirst();
  }

  private Map<String, Object> asMap(OffloadRow row) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("work", row.work().name());
    map.put("unit", row.unit());
    if (row.reason().isPresent()) {
      map.put(row.isRefused() ? "refused" : "skipped", row.reason().get());
      return map;
    }
    map.put("bytes", row.bytes());
    map.put("seconds", new ArrayList<>(row.seconds()));
    map.put("mebibytesPerSecond", Spread.of(row.rates()).median());
    overPlain(row).ifPresent(ratio -> map.put("overInitiator", asMap(ratio)));
    overFirst(row).ifPresent(ratio -> map.put("overFirst", asMap(ratio)));
    map.put("readBack", row.readBack().map(ReadBack::words).orElse(""));
    map.put("sound", !row.isWrong());
    map.put("remark", row.remark());
    return map;
  }

  private static Map<String, Object> asMap(Spread spread) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("median", spread.median());
    map.put("least", spread.least());
    map.put("greatest", spread.greatest());
    return map;
  }

  private static String shown(Optional<Spread> ratio) {
    return ratio.map(Spread::toString).orElse("-");
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}

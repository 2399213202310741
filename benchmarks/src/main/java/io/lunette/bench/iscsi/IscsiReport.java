/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

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

/** A workload's results as a table and as JSON. */
final class IscsiReport {

  private final Workload workload;
  private final List<TargetUnderLoad> measured;
  private final boolean verified;
  private final List<TargetResult> results;

  IscsiReport(Workload workload, List<TargetUnderLoad> measured, boolean verified) {
    this.workload = workload;
    this.measured = measured;
    this.verified = verified;
    results = measured.stream().map(each -> TargetResult.of(each, workload.blockBytes())).toList();
  }

  /** Prints the results, and keeps them in a file if there is one. */
  void print(Session session, ResultOutput output) throws IOException {
    output.write(session, asMap(), out -> out.print(table()));
  }

  private String table() {
    TextTable table =
        new TextTable(
            workload.name().toUpperCase(Locale.ROOT),
            "IOPS",
            "MB/s",
            "p50 us",
            "p99 us",
            "p99.9 us",
            "TARGET CPU us/IO",
            "LOAD CPU us/IO",
            "RATIO");
    for (int i = 0; i < results.size(); i++) {
      TargetResult each = results.get(i);
      table.row(
          each.name(),
          number("%.0f", each.perSecond().median()),
          number("%.0f", each.megabytesPerSecond()),
          number("%.0f", each.latencyMicros(50)),
          number("%.0f", each.latencyMicros(99)),
          number("%.0f", each.latencyMicros(99.9)),
          each.targetMicros().map(spread -> number("%.1f", spread.median())).orElse("-"),
          number("%.1f", each.generatorMicros().median()),
          i == 0 ? "1" : each.ratioTo(results.get(0)).toString());
    }
    String verdict = verified ? "Every block read was as it was written.\n" : "";
    boolean sound = results.stream().allMatch(each -> each.damaged() == 0);
    return table + (sound ? verdict : "");
  }

  private Map<String, Object> asMap() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("workload", workload.name());
    all.put("blockBytes", workload.blockBytes());
    all.put("depth", workload.depth());
    all.put("mix", workload.mix().toString());
    all.put("pattern", workload.random() ? "random" : "sequential");
    all.put("sessions", workload.sessions());
    all.put("headerDigest", workload.headerDigest());
    all.put("warmUpMillis", workload.warmUp().toMillis());
    all.put("verified", verified);
    List<Map<String, Object>> targets = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      targets.add(asMap(results.get(i), results.get(0), measured.get(i)));
    }
    all.put("targets", targets);
    return all;
  }

  private static Map<String, Object> asMap(
      TargetResult result, TargetResult first, TargetUnderLoad target) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", result.name());
    row.put("iops", asMap(result.perSecond()));
    row.put("megabytesPerSecond", result.megabytesPerSecond());
    row.put("p50Micros", result.latencyMicros(50));
    row.put("p90Micros", result.latencyMicros(90));
    row.put("p99Micros", result.latencyMicros(99));
    row.put("p999Micros", result.latencyMicros(99.9));
    row.put("maxMicros", result.latencyMicros(100));
    row.put("targetMicrosPerCommand", result.targetMicros().map(IscsiReport::asMap).orElse(null));
    row.put("loadMicrosPerCommand", asMap(result.generatorMicros()));
    row.put("ratio", asMap(result.ratioTo(first)));
    row.put("damaged", result.damaged());
    row.put("damage", target.notes());
    row.put("roundsIops", result.rounds());
    return row;
  }

  private static Map<String, Object> asMap(Spread spread) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("median", spread.median());
    row.put("least", spread.least());
    row.put("greatest", spread.greatest());
    return row;
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}

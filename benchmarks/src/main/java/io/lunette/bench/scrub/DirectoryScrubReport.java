/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.report.TextTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was measured in directories, as a table and as JSON.
 *
 * @param size of the replica
 * @param written how much of it was
 * @param rounds in the order in which they were measured
 */
record DirectoryScrubReport(ByteSize size, ByteSize written, List<ScrubRound> rounds) {

  @Override
  public String toString() {
    TextTable table =
        new TextTable(
            "SCRUB OF " + written.forPeople() + " IN " + size.forPeople(),
            "VERIFIED s",
            "MiB/s",
            "/ dd",
            "/ dd + READ BACK",
            "NOT VERIFIED s",
            "MiB/s",
            "/ dd",
            "/ DEPTH 16",
            "dd MiB/s",
            "dd READ BACK MiB/s",
            "blkdiscard -z s (hides)",
            "dd OF ALL s",
            "VERIFIED / ALL",
            "NOT VERIFIED / ALL");
    for (ScrubRound round : rounds) {
      table.row(
          round.directory(),
          number("%.2f", round.verifiedNanos() / 1e9),
          number("%.0f", round.rate(round.verifiedNanos())),
          number("%.2f", round.ratio(round.verifiedNanos())),
          number("%.2f", round.verifiedRatio()),
          number("%.2f", round.unverifiedNanos() / 1e9),
          number("%.0f", round.rate(round.unverifiedNanos())),
          number("%.2f", round.ratio(round.unverifiedNanos())),
          number("%.2f", round.deepRatio(round.unverifiedNanos())),
          number("%.0f", round.rate(round.ddNanos())),
          number("%.0f", round.rate(round.ddReadBackNanos())),
          seconds(round.hideNanos()),
          seconds(round.allNanos()),
          share(round, round.verifiedNanos()),
          share(round, round.unverifiedNanos()));
    }
    return table.toString();
  }

  List<Map<String, Object>> json() {
    return rounds.stream().map(this::row).toList();
  }

  private Map<String, Object> row(ScrubRound round) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("directory", round.directory());
    row.put("replicaBytes", size.bytes());
    row.put("writtenBytes", round.bytes());
    row.put("verifiedSeconds", round.verifiedNanos() / 1e9);
    row.put("unverifiedSeconds", round.unverifiedNanos() / 1e9);
    row.put("ddSeconds", round.ddNanos() / 1e9);
    row.put("ddReadBackSeconds", round.ddReadBackNanos() / 1e9);
    row.put("depth16Seconds", round.deepNanos() / 1e9);
    if (round.hideNanos() >= 0) {
      row.put("hiddenByBlkdiscardSeconds", round.hideNanos() / 1e9);
    }
    if (round.allNanos() >= 0) {
      row.put("ddOfAllSeconds", round.allNanos() / 1e9);
      row.put("verifiedShareOfAll", round.shareOfAll(round.verifiedNanos()));
      row.put("unverifiedShareOfAll", round.shareOfAll(round.unverifiedNanos()));
    }
    row.put("verifiedOverDd", round.ratio(round.verifiedNanos()));
    row.put("verifiedOverDdAndReadBack", round.verifiedRatio());
    row.put("unverifiedOverDd", round.ratio(round.unverifiedNanos()));
    row.put("unverifiedOverDepth16", round.deepRatio(round.unverifiedNanos()));
    return row;
  }

  private static String seconds(long nanos) {
    return nanos < 0 ? "-" : number("%.2f", nanos / 1e9);
  }

  private static String share(ScrubRound round, long nanos) {
    return round.allNanos() < 0 ? "-" : number("%.3f", round.shareOfAll(nanos));
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.bench.fixture.CommandLineRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenantBenchTest {

  private static final int MIB = 1 << 20;
  private static final long BRIEF_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  @TempDir Path directory;

  @Test
  void everyWorkIsMeasuredBesideEveryNeighbourInEveryRound() throws Exception {
    List<TenantRow> rows;
    try (TenantBench bench = new TenantBench(directory, 8 * MIB, 2 * MIB)) {
      rows = bench.run(2, BRIEF_NANOS);
    }

    assertThat(rows)
        .extracting(TenantRow::beside)
        .hasSize(4 * Work.values().length)
        .startsWith(
            "alone",
            "scrub, which yields",
            "scrub of another pool, which does not",
            "dd of zeroes");
    assertThat(rows)
        .extracting(TenantRow::work)
        .startsWith(Work.READ, Work.READ, Work.READ, Work.READ, Work.WRITE)
        .endsWith(Work.WRITE_AND_FLUSH);
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row.rounds())
                  .hasSize(2)
                  .allSatisfy(round -> assertThat(round.getTotalCount()).isPositive());
              assertThat(row.rates()).hasSize(2);
            });
    assertThat(rows.get(0).rates()).containsOnly(0.0);
  }

  @Test
  void aRatioIsToTheSameWorkAloneInTheSameRound() {
    TenantRow reads = row(Work.READ, "alone", 10, 20);
    TenantRow readsBeside = row(Work.READ, "dd", 20, 80);
    TenantRow writes = row(Work.WRITE, "alone", 20, 20);
    TenantRow writesBeside = row(Work.WRITE, "dd", 100, 100);
    TenantReport report = new TenantReport(List.of(reads, readsBeside, writes, writesBeside));

    assertThat(report.json())
        .extracting(fields -> fields.get("p99OverAlone"))
        .containsExactly(1.0, 3.0, 1.0, 5.0);
    Map<String, Object> first = report.json().get(1);
    assertThat(first)
        .containsEntry("work", "read")
        .containsEntry("beside", "dd")
        .containsEntry("operations", 2L)
        .containsEntry("p50Micros", List.of(20.0, 80.0));
    assertThat(report.toString()).contains("3.00 (2.00-4.00)", "5.00 (5.00-5.00)");
  }

  private static TenantRow row(Work work, String beside, int... micros) {
    TenantRow row = new TenantRow(work, beside);
    for (int each : micros) {
      Histogram round = new Histogram(5);
      round.recordValue(TimeUnit.MICROSECONDS.toNanos(each));
      row.rounds().add(round);
      row.rates().add(1.0);
    }
    return row;
  }

  @Test
  void whatCannotBeIsRefusedInOneLine() {
    CommandLineRun lunette = new CommandLineRun();

    assertThat(lunette.run(directory, "bench tenant --rounds 0")).isEqualTo(1);
    assertThat(lunette.run(directory, "bench tenant --duration 0s")).isEqualTo(1);
    assertThat(lunette.run(directory, "bench tenant --written 1000")).isEqualTo(1);

    String line =
        "lunette: --rounds must be at least 1, --duration more than nothing, --volume and --written"
            + " whole mebibytes";
    assertThat(lunette.err().lines()).containsExactly(line, line, line);
  }
}

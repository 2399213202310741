/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.report.ResultOutput;
import io.lunette.bench.report.Scratch;
import io.lunette.bench.report.TextTable;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lunette bench replicas}: how fast replicas are made and what they take. */
@Command(
    description =
        "Make replicas of an image: time, rate, space, first against last, around each power of ten.")
public final class ReplicaBenchCommand implements Callable<Integer> {

  private static final int PEER_REPLICAS_MAX = 50;
  private static final ByteSize DEFAULT_DATA = new ByteSize(256L << 20);

  private final Session session;

  @Option(
      names = "--image-size",
      paramLabel = "S",
      defaultValue = "10G",
      description = "Size of the image (default 10G).")
  private ByteSize imageSize;

  @Option(names = "--data", paramLabel = "S", description = "Data in the image (default 256M).")
  private ByteSize data = DEFAULT_DATA;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Replicas to make in each way (default 1000).")
  private int count;

  @Option(
      names = "--callers",
      paramLabel = "N",
      defaultValue = "16",
      description = "Callers at once (default 16).")
  private int callers;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the pool lies (default: the directory for temporary files).")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Mixin private ResultOutput output;

  public ReplicaBenchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, VolumeException, BlockException, CommandFailure {
    if (count < 1 || callers < 1) {
      throw new CommandFailure("--count and --callers must be at least 1");
    }
    try (Scratch scratch = Scratch.in(directory)) {
      ReplicaComparison comparison =
          new ReplicaComparison(scratch.path(), imageSize.bytes(), data.bytes());
      comparison.warmUp(callers);
      List<ReplicaRun> runs = new ArrayList<>(comparison.ours(count, callers));
      runs.addAll(comparison.others(Math.min(count, PEER_REPLICAS_MAX)));
      report(runs);
    }
    return 0;
  }

  private void report(List<ReplicaRun> runs) throws IOException {
    List<Map<String, Object>> rows = runs.stream().map(this::json).toList();
    output.write(
        session,
        rows,
        out -> {
          out.print(table(runs));
          out.println();
          out.print(byDecade(runs.get(0)));
        });
  }

  private String table(List<ReplicaRun> runs) {
    TextTable table =
        new TextTable(
            "REPLICAS OF " + imageSize.forPeople() + " (" + data.forPeople() + " data)",
            "COUNT",
            "TIME ms",
            "PER SECOND",
            "MEDIAN us",
            "P99 us",
            "FIRST 100 us",
            "LAST 100 us",
            "METADATA B",
            "ON DISK B",
            "OPEN ms");
    for (ReplicaRun run : runs) {
      boolean single = run.latencies().count() > 1;
      table.row(
          run.method(),
          Integer.toString(run.replicas()),
          number("%.1f", run.millis()),
          number("%.0f", run.perSecond()),
          single ? number("%.0f", run.latencies().micros(0.5)) : "-",
          single ? number("%.0f", run.latencies().micros(0.99)) : "-",
          single ? number("%.0f", run.latencies().medianOfFirst(ReplicaRun.EDGE)) : "-",
          single ? number("%.0f", run.latencies().medianOfLast(ReplicaRun.EDGE)) : "-",
          each(run.metadataBytes(), run.replicas()),
          each(run.fileBytes(), run.replicas()),
          run.openNanos() < 0 ? "-" : number("%.0f", run.openNanos() / 1e6));
    }
    return table.toString();
  }

  /** Of those that were made one by one. */
  private static TextTable byDecade(ReplicaRun run) {
    TextTable table =
        new TextTable(
            run.method().toUpperCase(Locale.ROOT) + ", AROUND",
            "FROM",
            "TO",
            "MEDIAN us",
            "PER SECOND");
    for (Decade decade : Decade.of(run.latencies())) {
      table.row(
          Integer.toString(decade.replicas()),
          Integer.toString(decade.first()),
          Integer.toString(decade.last()),
          number("%.0f", decade.medianMicros()),
          number("%.0f", decade.perSecond()));
    }
    return table;
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static String each(long bytes, int replicas) {
    return bytes < 0 ? "-" : Long.toString(bytes / replicas);
  }

  private Map<String, Object> json(ReplicaRun run) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("method", run.method());
    row.put("imageBytes", imageSize.bytes());
    row.put("dataBytes", data.bytes());
    row.put("replicas", run.replicas());
    row.put("seconds", run.nanos() / 1e9);
    row.put("replicasPerSecond", run.perSecond());
    row.put("metadataBytes", run.metadataBytes());
    row.put("fileBytes", run.fileBytes());
    row.put("openSeconds", run.openNanos() / 1e9);
    if (run.latencies().count() > 1) {
      row.put("medianMicros", run.latencies().micros(0.5));
      row.put("p99Micros", run.latencies().micros(0.99));
      row.put("maxMicros", run.latencies().micros(1));
      row.put("first100Micros", run.latencies().medianOfFirst(ReplicaRun.EDGE));
      row.put("last100Micros", run.latencies().medianOfLast(ReplicaRun.EDGE));
      row.put("lastOverFirst", run.lastOverFirst());
      row.put("medianMicrosAround", aroundEach(run));
    }
    return row;
  }

  private static Map<Integer, Double> aroundEach(ReplicaRun run) {
    Map<Integer, Double> medians = new LinkedHashMap<>();
    Decade.of(run.latencies())
        .forEach(decade -> medians.put(decade.replicas(), decade.medianMicros()));
    return medians;
  }
}

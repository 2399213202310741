/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.forecast;

import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.bench.report.ResultOutput;
import io.lunette.bench.report.TextTable;
import io.lunette.core.forecast.ForecastTerms;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lunette bench forecast}: the forecast against fixed sizes, on a trace. */
@Command(
    description =
        "Replay requests, in simulated time, against the forecast, a Poisson formula and fixed"
            + " sizes of a replica pool; report misses and idle replicas.")
public final class ForecastBenchCommand implements Callable<Integer> {

  private static final double PERCENT = 100;
  private static final int HINDSIGHT_MAX = 100_000;

  private final Session session;

  /** Where the requests are from. */
  static final class Source {

    @Option(
        names = "--trace",
        paramLabel = "F",
        description = "A file with the time of a request, in seconds, on each line.")
    private Path trace;

    @Option(
        names = "--synthetic",
        paramLabel = "KIND",
        description = "poisson, mmpp (bursts), diurnal or flash (default mmpp).")
    private String synthetic;
  }

  @ArgGroup private Source source = new Source();

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "10",
      description = "Requests in an hour of synthetic demand (default 10).")
  private double perHour;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "30",
      description = "Length of synthetic demand (default 30).")
  private int days;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of synthetic demand (default 1).")
  private long seed;

  @Option(
      names = "--build",
      paramLabel = "D",
      defaultValue = "30s",
      description = "What making a replica takes (default 30s).")
  private Duration build;

  @Option(
      names = "--builders",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many are made at one time (default 4).")
  private int builders;

  @Option(
      names = "--epsilon",
      paramLabel = "E",
      defaultValue = "0.01",
      description = "The share of requests that may find none ready (default 0.01).")
  private double epsilon;

  @Option(
      names = "--min",
      paramLabel = "N",
      defaultValue = "1",
      description = "Fewest (default 1).")
  private int min;

  @Option(
      names = "--max",
      paramLabel = "N",
      defaultValue = "500",
      description = "Most (default 500).")
  private int max;

  @Option(
      names = "--fixed",
      paramLabel = "N",
      split = ",",
      description = "Fixed sizes to compare with (default 2,5,10 and the best in hindsight).")
  private List<Integer> fixed = List.of(2, 5, 10);

  @Option(
      names = "--warm-up",
      paramLabel = "D",
      defaultValue = "1d",
      description = "Requests of the first so long are served and not counted (default 1d).")
  private Duration warmUp;

  @Mixin private ResultOutput output;

  public ForecastBenchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, CommandFailure {
    if (days < 1 || !(perHour > 0) || builders < 1 || build.isZero()) {
      throw new CommandFailure("--days, --rate, --builders and --build must be more than 0");
    }
    Demand demand = demand();
    long lead = build.toNanos() / 1000;
    PoolSimulation simulation =
        new PoolSimulation(demand, lead, builders, warmUp.toNanos() / 1000, epsilon);
    List<SimulatedPool> results = new ArrayList<>();
    try {
      results.add(
          simulation.run(new ForecastPolicy(new ForecastTerms(epsilon, min, max), builders, lead)));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
    results.add(simulation.run(new PoissonPolicy(epsilon, min, max, lead)));
    for (int size : fixed) {
      results.add(simulation.run(SizePolicy.fixed(size)));
    }
    results.add(hindsight(simulation));
    report(demand, results);
    return 0;
  }

  private Demand demand() throws IOException, CommandFailure {
    if (source.trace != null) {
      return Demand.read(source.trace);
    }
    try {
      return SyntheticDemand.parse(source.synthetic == null ? "mmpp" : source.synthetic)
          .make(perHour, Duration.ofDays(days), seed);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  /** The smallest fixed size that keeps the aim, which only who knows the future can choose. */
  private static SimulatedPool hindsight(PoolSimulation simulation) {
    int low = 0;
    int high = 1;
    while (high < HINDSIGHT_MAX && !simulation.run(SizePolicy.fixed(high)).aim()) {
      low = high;
      high *= 2;
    }
    while (high - low > 1) {
      int middle = (low + high) / 2;
      if (simulation.run(SizePolicy.fixed(middle)).aim()) {
        high = middle;
      } else {
        low = middle;
      }
    }
    SimulatedPool best = simulation.run(SizePolicy.fixed(high));
    return new SimulatedPool(
        "hindsight: " + best.policy(),
        best.requests(),
        best.missed(),
        best.idleMean(),
        best.idleMax(),
        best.aim());
  }

  private void report(Demand demand, List<SimulatedPool> results) throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("demand", demand.name());
    all.put("requests", demand.micros().length);
    all.put("dispersionPerHour", dispersion(demand, 3_600_000_000L));
    all.put("buildSeconds", build.toMillis() / 1e3);
    all.put("builders", builders);
    all.put("epsilon", epsilon);
    all.put("policies", results.stream().map(SimulatedPool::toMap).toList());
    output.write(session, all, out -> out.print(table(demand, results)));
  }

  private TextTable table(Demand demand, List<SimulatedPool> results) {
    TextTable table =
        new TextTable(
            demand.name().toUpperCase(Locale.ROOT)
                + ", "
                + demand.micros().length
                + " REQUESTS, BUILD "
                + build.toMillis() / 1e3
                + " s, "
                + builders
                + " BUILDERS",
            "HIT %",
            "MISS %",
            "AIM " + number("%.3g", PERCENT * epsilon) + " %",
            "IDLE MEAN",
            "IDLE MAX");
    for (SimulatedPool result : results) {
      table.row(
          result.policy(),
          number("%.2f", PERCENT * result.hitRate()),
          number("%.2f", PERCENT * result.missShare()),
          result.aim() ? "kept" : "missed",
          number("%.1f", result.idleMean()),
          Integer.toString(result.idleMax()));
    }
    return table;
  }

  /** Variance over mean of the counts in windows. */
  static double dispersion(Demand demand, long windowMicros) {
    long[] times = demand.micros();
    long windows = times.length == 0 ? 0 : times[times.length - 1] / windowMicros + 1;
    double squares = 0;
    for (int i = 0; i < times.length; ) {
      long window = times[i] / windowMicros;
      int count = 0;
      while (i < times.length && times[i] / windowMicros == window) {
        count++;
        i++;
      }
      squares += (double) count * count;
    }
    double mean = windows == 0 ? 0 : (double) times.length / windows;
    return mean == 0 ? 0 : (squares / windows - mean * mean) / mean;
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}

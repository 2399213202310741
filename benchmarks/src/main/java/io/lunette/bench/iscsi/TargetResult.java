/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import io.lunette.bench.report.Spread;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * What a target did in all rounds of a workload.
 *
 * @param name what tables call it
 * @param rounds commands a second in each round
 * @param blockBytes of a command
 * @param latencies of all rounds together, in nanoseconds
 * @param targetMicros processor time of the target for a command, where it is known
 * @param generatorMicros processor time of the load generator for a command
 * @param damaged commands that read what was not written
 */
public record TargetResult(
    String name,
    List<Double> rounds,
    int blockBytes,
    Histogram latencies,
    Optional<Spread> targetMicros,
    Spread generatorMicros,
    long damaged) {

  static TargetResult of(TargetUnderLoad target, int blockBytes) {
    List<Sample> samples = target.samples();
    Histogram latencies = samples.get(0).latencies().copy();
    samples.stream().skip(1).forEach(each -> latencies.add(each.latencies()));
    Optional<Spread> targetMicros =
        samples.stream().allMatch(each -> each.targetNanos().isPresent())
            ? Optional.of(
                Spread.of(
                    target.each(each -> each.targetNanos().getAsLong() / 1e3 / each.commands())))
            : Optional.empty();
    return new TargetResult(
        target.target().name(),
        target.each(Sample::perSecond),
        blockBytes,
        latencies,
        targetMicros,
        Spread.of(target.each(Sample::generatorMicrosPerCommand)),
        target.damaged());
  }

  /** Commands a second. */
  public Spread perSecond() {
    return Spread.of(rounds);
  }

  /** How many times as many commands a second as another, of the same rounds. */
  public Spread ratioTo(TargetResult other) {
    return Spread.ofRatios(rounds, other.rounds);
  }

  /** Data moved, in units of a million bytes a second. */
  public double megabytesPerSecond() {
    return perSecond().median() * blockBytes / 1e6;
  }

  /** What that many of a hundred commands did not exceed. */
  public double latencyMicros(double percentile) {
    return latencies.getValueAtPercentile(percentile) / 1e3;
  }
}

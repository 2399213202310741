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
 * @param perSecond commands a second
 * @param blockBytes of a command
 * @param latencies of all rounds together, in nanoseconds
 * @param targetMicros processor time of the target for a command, where it is known
 * @param generatorMicros processor time of the load generator for a command
 * @param ratio commands a second over those of the first target in the same round
 * @param damaged commands that read what was not written
 */
record TargetResult(
    String name,
    Spread perSecond,
    int blockBytes,
    Histogram latencies,
    Optional<Spread> targetMicros,
    Spread generatorMicros,
    Spread ratio,
    long damaged) {

  static TargetResult of(TargetUnderLoad target, TargetUnderLoad first, int blockBytes) {
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
        Spread.of(target.each(Sample::perSecond)),
        blockBytes,
        latencies,
        targetMicros,
        Spread.of(target.each(Sample::generatorMicrosPerCommand)),
        Spread.ofRatios(target.each(Sample::perSecond), first.each(Sample::perSecond)),
        target.damaged());
  }

  double megabytesPerSecond() {
    return perSecond.median() * blockBytes / 1e6;
  }

  double latencyMicros(double percentile) {
    return latencies.getValueAtPercentile(percentile) / 1e3;
  }
}

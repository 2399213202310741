/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.iscsi.TargetUrl;
import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Load generators that are not ours, so that the comparison does not rest on one of our own:
 * iscsi-perf of libiscsi, which only reads, and {@code qemu-img bench}, which goes in sequence.
 * Both run under timeout(1): the first was seen to spin on a target that does not answer as it
 * expects.
 */
final class ForeignLoad {

  private static final Pattern PERF_AVERAGE = Pattern.compile("iops average (\\d+)");
  private static final Pattern QEMU_SECONDS = Pattern.compile("completed in ([0-9.]+) seconds");
  private static final int MIB = 1 << 20;
  private static final int LOGICAL_BLOCK = 512;
  private static final String LIMIT_SECONDS = "60";

  private final int perfSeconds;
  private final int qemuCount;

  /**
   * @param perfSeconds how long iscsi-perf runs
   * @param qemuCount how many small commands qemu-img gives; it gives fewer large ones
   */
  ForeignLoad(int perfSeconds, int qemuCount) {
    this.perfSeconds = perfSeconds;
    this.qemuCount = qemuCount;
  }

  /** One generator with its options. */
  private record Generator(List<String> command, Reading reading) {

    String words() {
      return String.join(" ", command);
    }
  }

  private List<Generator> generators() {
    List<Generator> all = new ArrayList<>();
    all.add(perf(4096, 32, true));
    all.add(perf(MIB, 8, false));
    for (boolean write : new boolean[] {false, true}) {
      all.add(qemu(4096, 32, qemuCount, write));
      all.add(qemu(MIB, 8, Math.max(1, qemuCount / 50), write));
    }
    return all;
  }

  /** All of them on all targets, in turn, so many times. */
  List<ForeignRow> run(String backing, List<TargetUrl> targets, int rounds) {
    List<ForeignRow> rows = new ArrayList<>();
    for (Generator generator : generators()) {
      Rounds figures = new Rounds();
      for (int round = 0; round < rounds; round++) {
        for (TargetUrl target : targets) {
          double figure = figure(generator, target);
          if (!Double.isNaN(figure)) {
            figures.add(target.name(), figure);
          }
        }
      }
      rows.add(new ForeignRow(backing, generator.words(), figures));
    }
    return rows;
  }

  /** {@code -b} counts logical blocks; a target of 4 KiB blocks would be asked for eight times. */
  private Generator perf(int bytes, int depth, boolean random) {
    List<String> command = new ArrayList<>(List.of("iscsi-perf"));
    command.addAll(List.of("-b", "" + bytes / LOGICAL_BLOCK, "-m", "" + depth));
    command.addAll(List.of("-t", "" + perfSeconds));
    if (random) {
      command.add("-r");
    }
    return new Generator(
        command,
        said -> {
          double average = Double.NaN;
          Matcher found = PERF_AVERAGE.matcher(said);
          while (found.find()) {
            average = Double.parseDouble(found.group(1));
          }
          return average;
        });
  }

  private static Generator qemu(int bytes, int depth, int count, boolean write) {
    List<String> command = new ArrayList<>(List.of("qemu-img", "bench"));
    if (write) {
      command.add("-w");
    }
    command.addAll(List.of("-t", "none", "-f", "raw", "-d", "" + depth));
    command.addAll(List.of("-s", "" + bytes, "-c", "" + count));
    return new Generator(
        command,
        said -> {
          Matcher taken = QEMU_SECONDS.matcher(said);
          return taken.find() ? count / Double.parseDouble(taken.group(1)) : Double.NaN;
        });
  }

  /** Finds the figure in what a generator printed. */
  private interface Reading {
    double perSecond(String said);
  }

  private static double figure(Generator generator, TargetUrl target) {
    List<String> bounded = new ArrayList<>(List.of("timeout", LIMIT_SECONDS));
    bounded.addAll(generator.command);
    bounded.add(target.url());
    try {
      return generator.reading.perSecond(Tool.run(bounded.toArray(String[]::new)));
    } catch (IOException e) {
      return Double.NaN;
    }
  }
}

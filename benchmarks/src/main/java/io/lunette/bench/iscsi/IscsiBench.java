/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A workload on several targets in turn, A B A B, so that what the machine does meanwhile meets all
 * of them alike.
 */
public final class IscsiBench {

  private final List<TargetUrl> urls;
  private final Workload workload;
  private final long span;
  private final List<Long> pids;

  /**
   * @param span how many bytes of each unit are worked on; 0 for all
   * @param pids of the targets' processes, in their order; those that are missing are looked for
   */
  public IscsiBench(List<TargetUrl> urls, Workload workload, long span, List<Long> pids) {
    this.urls = urls;
    this.workload = workload;
    this.span = span;
    this.pids = pids;
  }

  /**
   * All rounds.
   *
   * @param stampRun names what is written if content is to be verified; everything is written
   *     before then, and read at the end
   */
  List<TargetUnderLoad> run(int rounds, OptionalLong stampRun) throws BenchFailure {
    ExecutorService threads = Executors.newFixedThreadPool(workload.sessions());
    try {
      List<TargetUnderLoad> targets = new ArrayList<>();
      for (int i = 0; i < urls.size(); i++) {
        TargetUrl url = urls.get(i);
        targets.add(new TargetUnderLoad(url, workload, span, stampRun, pidOf(i, url), threads));
      }
      if (stampRun.isPresent()) {
        for (TargetUnderLoad each : targets) {
          each.fill();
        }
      }
      for (int round = 0; round < rounds; round++) {
        for (TargetUnderLoad each : targets) {
          each.measure();
        }
      }
      if (stampRun.isPresent()) {
        for (TargetUnderLoad each : targets) {
          each.check();
        }
      }
      return targets;
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * All rounds, where a target that fails is left out of the rest of them.
   *
   * @return in the order of the targets
   */
  public List<Measured> compare(int rounds) {
    ExecutorService threads = Executors.newFixedThreadPool(workload.sessions());
    try {
      List<TargetUnderLoad> targets = new ArrayList<>();
      List<Optional<String>> failures = new ArrayList<>();
      for (int i = 0; i < urls.size(); i++) {
        targets.add(null);
        failures.add(Optional.empty());
      }
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < urls.size(); i++) {
          if (failures.get(i).isEmpty()) {
            failures.set(i, attempt(i, targets, threads));
          }
        }
      }
      List<Measured> all = new ArrayList<>();
      for (int i = 0; i < urls.size(); i++) {
        all.add(
            failures.get(i).isPresent()
                ? new Measured(urls.get(i), Optional.empty(), failures.get(i))
                : Measured.of(TargetResult.of(targets.get(i), workload.blockBytes()), urls.get(i)));
      }
      return all;
    } finally {
      threads.shutdownNow();
    }
  }

  private Optional<String> attempt(
      int index, List<TargetUnderLoad> targets, ExecutorService threads) {
    try {
      if (targets.get(index) == null) {
        TargetUrl url = urls.get(index);
        targets.set(
            index,
            new TargetUnderLoad(
                url, workload, span, OptionalLong.empty(), pidOf(index, url), threads));
      }
      targets.get(index).measure();
      return Optional.empty();
    } catch (BenchFailure e) {
      return Optional.of(e.getMessage());
    }
  }

  /** A target within this process has no time of its own. */
  private OptionalLong pidOf(int index, TargetUrl url) throws BenchFailure {
    if (index < pids.size()) {
      return OptionalLong.of(pids.get(index));
    }
    try {
      OptionalLong found = Listeners.pidOf(url.host(), url.port());
      boolean self = found.isPresent() && found.getAsLong() == ProcessHandle.current().pid();
      return self ? OptionalLong.empty() : found;
    } catch (IOException e) {
      throw new BenchFailure(url.name() + ": " + e.getMessage(), e);
    }
  }
}

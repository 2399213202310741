/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A workload on several targets in turn, A B A B, so that what the machine does meanwhile meets all
 * of them alike.
 */
final class IscsiBench {

  private final List<TargetUrl> urls;
  private final Workload workload;
  private final long span;
  private final List<Long> pids;

  /**
   * @param span how many bytes of each unit are worked on; 0 for all
   * @param pids of the targets' processes, in their order; those that are missing are looked for
   */
  IscsiBench(List<TargetUrl> urls, Workload workload, long span, List<Long> pids) {
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

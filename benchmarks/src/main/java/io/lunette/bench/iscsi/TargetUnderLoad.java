/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import io.lunette.libiscsi.InitiatorException;
import io.lunette.libiscsi.InitiatorSession;
import io.lunette.libiscsi.SessionOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/**
 * One target with the regions of its sessions, which last for all rounds; sessions are opened and
 * closed in each. Used by one thread, which gives each session a thread of its own.
 */
final class TargetUnderLoad {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String INITIATOR = "iqn.2026-11.io.lunette:bench";
  private static final long SEED = 0x5eed;

  private final TargetUrl target;
  private final Workload workload;
  private final long span;
  private final OptionalLong stampRun;
  private final OptionalLong pid;
  private final ExecutorService threads;
  private final List<Region> regions = new ArrayList<>();
  private final List<Content> contents = new ArrayList<>();
  private final LongAdder damaged = new LongAdder();
  private final Queue<String> notes = new ConcurrentLinkedQueue<>();
  private final List<Sample> samples = new ArrayList<>();

  /**
   * @param span how many bytes of the unit are worked on, from its first; 0 for all
   * @param stampRun names the content of this run, if it is verified
   * @param threads at least as many as sessions
   */
  TargetUnderLoad(
      TargetUrl target,
      Workload workload,
      long span,
      OptionalLong stampRun,
      OptionalLong pid,
      ExecutorService threads) {
    this.target = target;
    this.workload = workload;
    this.pid = pid;
    this.threads = threads;
    this.span = span;
    this.stampRun = stampRun;
  }

  /** Once, when the first session has told what there is. */
  private void divide(long blockCount, int logicalBytes) throws BenchFailure {
    if (workload.blockBytes() % logicalBytes != 0) {
      throw new BenchFailure(
          target.name() + ": its logical blocks have " + logicalBytes + " bytes; take multiples");
    }
    int blocksPerPlace = workload.blockBytes() / logicalBytes;
    long used = span == 0 ? blockCount : Math.min(blockCount, span / logicalBytes);
    long places = used / blocksPerPlace / workload.sessions();
    if (places < workload.depth()) {
      throw new BenchFailure(
          target.name() + ": too small for " + workload.name() + " on places of their own");
    }
    for (int i = 0; i < workload.sessions(); i++) {
      Region region =
          new Region(
              i * places * blocksPerPlace,
              blocksPerPlace,
              (int) Math.min(Integer.MAX_VALUE, places),
              workload.random(),
              SEED + i);
      regions.add(region);
      contents.add(
          stampRun.isPresent()
              ? new StampedContent(
                  new Stamp(stampRun.getAsLong(), logicalBytes), region, damaged, notes)
              : Content.ANY);
    }
  }

  private InitiatorSession open(int index) throws InitiatorException {
    InitiatorSession session =
        InitiatorSession.open(
            target.url(),
            new SessionOptions(
                INITIATOR + index,
                workload.depth(),
                workload.blockBytes(),
                workload.headerDigest(),
                PATIENCE));
    Noise.fill(session, SEED + index);
    return session;
  }

  /** Writes every place once. */
  void fill() throws BenchFailure {
    sweep(false);
  }

  /** Reads every place once. */
  void check() throws BenchFailure {
    sweep(true);
  }

  private void sweep(boolean read) throws BenchFailure {
    List<SweepLane> lanes = new ArrayList<>();
    withSessions(
        sessions -> {
          for (int i = 0; i < sessions.size(); i++) {
            lanes.add(new SweepLane(sessions.get(i), regions.get(i), contents.get(i), read));
          }
          return inThreads(
              lanes,
              lane -> {
                lane.run();
                return 0L;
              });
        });
  }

  /** One round. */
  void measure() throws BenchFailure {
    samples.add(withSessions(this::sample));
  }

  private Sample sample(List<InitiatorSession> sessions) throws BenchFailure {
    long begin = System.nanoTime() + workload.warmUp().toNanos();
    boolean counts = workload.count().isPresent();
    long end = counts ? begin + Long.MAX_VALUE / 2 : begin + workload.duration().toNanos();
    long share = counts ? workload.count().getAsLong() / sessions.size() : Long.MAX_VALUE;
    List<LoadLane> lanes = new ArrayList<>();
    for (int i = 0; i < sessions.size(); i++) {
      lanes.add(
          new LoadLane(
              sessions.get(i),
              regions.get(i),
              contents.get(i),
              workload.mix().readPercent(),
              begin,
              end,
              share));
    }
    List<Future<Long>> running = start(lanes, LoadLane::measure);
    while (System.nanoTime() - begin < 0) {
      LockSupport.parkNanos(begin - System.nanoTime());
    }
    OptionalLong before = processorNanos();
    long nanos = await(running);
    OptionalLong after = processorNanos();
    Histogram latencies = new Histogram(lanes.get(0).latencies());
    latencies.reset();
    long commands = 0;
    long generator = 0;
    for (LoadLane lane : lanes) {
      latencies.add(lane.latencies());
      commands += lane.counted();
      generator += lane.processorNanos();
    }
    if (commands == 0) {
      throw new BenchFailure(target.name() + ": no command ended while it was measured");
    }
    OptionalLong used =
        before.isPresent() && after.isPresent()
            ? OptionalLong.of(after.getAsLong() - before.getAsLong())
            : OptionalLong.empty();
    return new Sample(commands, nanos, latencies, generator, used);
  }

  private OptionalLong processorNanos() throws BenchFailure {
    if (pid.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(new ProcessTime(pid.getAsLong()).nanos());
    } catch (IOException e) {
      throw new BenchFailure(target.name() + ": process " + pid.getAsLong() + " is gone", e);
    }
  }

  /** Work with open sessions. */
  private interface SessionWork<T> {
    T on(List<InitiatorSession> sessions) throws BenchFailure;
  }

  private <T> T withSessions(SessionWork<T> work) throws BenchFailure {
    List<InitiatorSession> sessions = new ArrayList<>();
    try {
      openAll(sessions);
      if (regions.isEmpty()) {
        divide(sessions.get(0).blockCount(), sessions.get(0).blockBytes());
      }
      return work.on(sessions);
    } finally {
      closeAll(sessions);
    }
  }

  /** At once, for there are targets that take seconds for each. */
  private void openAll(List<InitiatorSession> sessions) throws BenchFailure {
    List<Future<InitiatorSession>> opening = new ArrayList<>();
    for (int i = 0; i < workload.sessions(); i++) {
      int index = i;
      opening.add(threads.submit(() -> open(index)));
    }
    BenchFailure failure = null;
    for (Future<InitiatorSession> each : opening) {
      try {
        sessions.add(result(each));
      } catch (BenchFailure e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private <T> T result(Future<T> future) throws BenchFailure {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted", e);
    }
  }

  /** What was measured stands, however a session ends. */
  private static void closeAll(List<InitiatorSession> sessions) {
    for (InitiatorSession session : sessions) {
      try {
        session.close();
      } catch (InitiatorException e) {
        continue;
      }
    }
  }

  /** What a lane does on its thread. */
  private interface LaneWork<L> {
    long of(L lane) throws InitiatorException, BenchFailure;
  }

  private <L> long inThreads(List<L> lanes, LaneWork<L> work) throws BenchFailure {
    return await(start(lanes, work));
  }

  private <L> List<Future<Long>> start(List<L> lanes, LaneWork<L> work) {
    List<Future<Long>> running = new ArrayList<>();
    for (L lane : lanes) {
      running.add(threads.submit(() -> work.of(lane)));
    }
    return running;
  }

  /** The greatest of what they return, when all have ended. */
  private long await(List<Future<Long>> running) throws BenchFailure {
    long greatest = 0;
    BenchFailure failure = null;
    for (Future<Long> each : running) {
      try {
        greatest = Math.max(greatest, result(each));
      } catch (BenchFailure e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return greatest;
  }

  private BenchFailure failure(Throwable cause) {
    return new BenchFailure(target.name() + ": " + cause.getMessage(), cause);
  }

  TargetUrl target() {
    return target;
  }

  List<Sample> samples() {
    return samples;
  }

  /** Blocks of commands that did not hold what was written. */
  long damaged() {
    return damaged.sum();
  }

  /** The first of them, in words. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  /** A figure of every round. */
  List<Double> each(Function<Sample, Double> figure) {
    return samples.stream().map(figure).toList();
  }
}

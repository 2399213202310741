/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import io.lunette.libiscsi.InitiatorException;
import io.lunette.libiscsi.InitiatorSession;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.HdrHistogram.Histogram;

/** The share of one session in a workload: warms up until {@code begin}, counts from then on. */
final class LoadLane extends Lane {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Region region;
  private final int readPercent;
  private final long begin;
  private final long end;
  private final long share;
  private final Histogram latencies = new Histogram(SIGNIFICANT_DIGITS);
  private long started;
  private long counted;
  private long last;
  private long processorAtBegin = -1;
  private long processorNanos;

  /**
   * @param begin from when commands are counted, of {@link System#nanoTime}
   * @param end from when no command begins
   * @param share how many commands begin after {@code begin} at most
   */
  LoadLane(
      InitiatorSession session,
      Region region,
      Content content,
      int readPercent,
      long begin,
      long end,
      long share) {
    super(session, region, content);
    this.region = region;
    this.readPercent = readPercent;
    this.begin = begin;
    this.end = end;
    this.share = share;
  }

  @Override
  boolean hasNext(long now) {
    if (now - begin < 0) {
      return true;
    }
    return now - end < 0 && started++ < share;
  }

  @Override
  int nextPlace() {
    return region.take();
  }

  @Override
  boolean nextIsRead() {
    return region.isRead(readPercent);
  }

  @Override
  void ended(long begun, long now) {
    if (now - begin < 0) {
      return;
    }
    if (processorAtBegin < 0) {
      processorAtBegin = THREADS.getCurrentThreadCpuTime();
    }
    counted++;
    latencies.recordValue(now - begun);
    last = now;
  }

  /** Works to the end and says how long the counting took, seen from {@code begin}. */
  long measure() throws InitiatorException, BenchFailure {
    run();
    processorNanos = THREADS.getCurrentThreadCpuTime() - Math.max(0, processorAtBegin);
    return last - begin;
  }

  long counted() {
    return counted;
  }

  Histogram latencies() {
    return latencies;
  }

  long processorNanos() {
    return processorNanos;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What went through a unit since it began or the counts were set to zero, as the General Statistics
 * and Performance log page tells it (SPC-4 §7.3.7). Thread-safe; the sums are not one snapshot.
 */
public final class UnitStatistics {

  /** Commands of one direction. */
  public static final class Direction {
    private final LongAdder commands = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    void ended(long commandBytes, long commandNanos) {
      commands.increment();
      bytes.add(commandBytes);
      nanos.add(commandNanos);
    }

    public long commands() {
      return commands.sum();
    }

    public long bytes() {
      return bytes.sum();
    }

    /** Time from the start of each command to its end, added up. */
    public long nanos() {
      return nanos.sum();
    }

    private void reset() {
      commands.reset();
      bytes.reset();
      nanos.reset();
    }
  }

  private final Direction reads = new Direction();
  private final Direction writes = new Direction();
  private final IdleTime idle;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  UnitStatistics(LongSupplier nanoTime) {
    this.idle = new IdleTime(nanoTime);
  }

  public Direction reads() {
    return reads;
  }

  public Direction writes() {
    return writes;
  }

  /** Time in which no command was executed, in steps of about 8 us for each command. */
  public long idleNanos() {
    return idle.nanos();
  }

  void entered() {
    idle.entered();
  }

  void left() {
    idle.left();
  }

  /** Begins anew; a command that ends meanwhile may count on either side. */
  public void reset() {
    reads.reset();
    writes.reset();
    idle.reset();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of data that connections hold, against one bound (DESIGN I7): those of one initiator,
 * within the budget of all of a target. Each {@link Share} tells it in steps, so that the
 * connections seldom meet here. Thread-safe.
 *
 * <p>While the bound is reached no command is let on, and one that comes with data that is not
 * asked for is answered with BUSY. So no more is held than the bound, a step for each connection,
 * and one command for each event loop that had just been let on.
 */
public final class TransferBudget {

  /** What a connection may hold before the budget hears of it. */
  static final int STEP_BYTES = 16 << 10;

  private final TransferBudget whole;
  private final long mostBytes;
  private final AtomicLong heldBytes = new AtomicLong();
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  public TransferBudget(long mostBytes) {
    this(null, mostBytes);
  }

  private TransferBudget(TransferBudget whole, long mostBytes) {
    this.whole = whole;
    this.mostBytes = mostBytes;
  }

  /** A budget within this one: half of it, so that who has it leaves as much to others. */
  public TransferBudget half() {
    return new TransferBudget(this, mostBytes / 2);
  }

  /** Bytes held, as far as the connections have told. */
  public long heldBytes() {
    return heldBytes.get();
  }

  private boolean hasRoom() {
    return heldBytes.get() < mostBytes;
  }

  /** Which of the budgets that hold for this one has no room; null if all have. */
  private TransferBudget full() {
    if (!hasRoom()) {
      return this;
    }
    return whole == null ? null : whole.full();
  }

  /** Runs {@code wake} once when there is room again, on any thread; at once if there is. */
  private void whenRoom(Runnable wake) {
    waiting.add(wake);
    if (hasRoom()) {
      wakeAll();
    }
  }

  private void add(long bytes) {
    if (whole != null) {
      whole.add(bytes);
    }
    long now = heldBytes.addAndGet(bytes);
    if (bytes < 0 && now < mostBytes && now - bytes >= mostBytes) {
      wakeAll();
    }
  }

  private void wakeAll() {
    Runnable wake;
    while ((wake = waiting.poll()) != null) {
      wake.run();
    }
  }

  /** What one connection holds of the budget. Owned by its event loop. */
  static final class Share {

    private final TransferBudget budget;
    private final Runnable wake;
    private long told;
    private volatile boolean awaited;

    /**
     * @param wake tells the connection that there is room; any thread
     */
    Share(TransferBudget budget, Runnable wake) {
      this.budget = budget;
      this.wake = wake;
    }

    /** What the connection holds now, in its buffers and in what its socket has not sent. */
    void holds(long bytes) {
      long difference = bytes - told;
      if (Math.abs(difference) >= STEP_BYTES || (bytes == 0 && told != 0)) {
        told = bytes;
        budget.add(difference);
      }
    }

    /** Whether there is room; if not, the connection is woken when there is. */
    boolean hasRoom() {
      TransferBudget full = budget.full();
      if (full == null) {
        return true;
      }
      if (!awaited) {
        awaited = true;
        full.whenRoom(this::woken);
      }
      return false;
    }

    private void woken() {
      awaited = false;
      wake.run();
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.scsi.Outcome;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * The copy operations under way that commands to one unit have begun, whatever has become of their
 * sessions. Bounded. Thread-safe.
 */
public final class RunningCopies {

  @GuardedBy("this")
  private final Set<CopyOperation> running = new LinkedHashSet<>();

  /** Lets an operation begin; null if it may, else why not. One that may is ended once. */
  @CheckReturnValue
  public Outcome begin(CopyOperation copy, Nexus nexus) {
    synchronized (this) {
      if (running.size() >= CopyLimits.CONCURRENT_PER_UNIT) {
        return Outcome.BUSY;
      }
      running.add(copy);
    }
    Outcome refusal = nexus.copies().begin(copy);
    if (refusal != null) {
      remove(copy);
    }
    return refusal;
  }

  /** An operation has ended: nothing of it is under way. */
  public void end(CopyOperation copy, Nexus nexus, Outcome outcome, boolean partial) {
    remove(copy);
    nexus.copies().ended();
    copy.end(outcome, partial);
  }

  private synchronized void remove(CopyOperation copy) {
    running.remove(copy);
  }

  private synchronized List<CopyOperation> snapshot() {
    return List.copyOf(running);
  }

  /** Asks some operations to end. */
  void abort(Predicate<CopyOperation> which) {
    snapshot().stream().filter(which).forEach(CopyOperation::stop);
  }

  /** Runs a listener when those that were asked to end have ended; perhaps before this returns. */
  public void whenAborted(Runnable listener) {
    List<CopyOperation> stopping = snapshot().stream().filter(CopyOperation::isStopping).toList();
    AtomicInteger left = new AtomicInteger(1 + stopping.size());
    Runnable one =
        () -> {
          if (left.decrementAndGet() == 0) {
            listener.run();
          }
        };
    stopping.forEach(copy -> copy.whenEnded(one));
    one.run();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.scsi.Sense;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Unit attention conditions that wait for one I_T nexus (SAM-5 §5.14), oldest first, none twice.
 * Any thread establishes them; the nexus's own reports them.
 */
final class UnitAttentions {

  private volatile boolean any;

  @GuardedBy("this")
  private final Deque<Sense> pending = new ArrayDeque<>();

  boolean any() {
    return any;
  }

  synchronized void establish(Sense condition) {
    if (!pending.contains(condition)) {
      pending.add(condition);
      any = true;
    }
  }

  /** Reports the oldest condition and clears it; null if there is none. */
  synchronized Sense take() {
    Sense oldest = pending.poll();
    any = !pending.isEmpty();
    return oldest;
  }

  /** Clears one condition if it is pending. */
  synchronized void clear(Sense condition) {
    pending.remove(condition);
    any = !pending.isEmpty();
  }

  /** A reset covers everything that was pending before it (SAM-5 §5.14.4). */
  synchronized void replaceAll(Sense condition) {
    pending.clear();
    establish(condition);
  }
}

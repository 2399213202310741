/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The copy operations of one nexus by list identifier (SPC-4 §5.17.4.2): those under way, and the
 * last ones that ended until they are asked about. Bounded. Thread-safe.
 */
public final class CopyOperations {

  private static final int MOST_HELD = 64;

  @GuardedBy("this")
  private final Map<Long, CopyOperation> byListId = new LinkedHashMap<>();

  private final AtomicInteger running = new AtomicInteger();

  /** Takes an operation in; null if it may go on, else why not. */
  @CheckReturnValue
  Outcome begin(CopyOperation copy) {
    if (running.incrementAndGet() > CopyLimits.CONCURRENT_PER_NEXUS) {
      running.decrementAndGet();
      return Outcome.BUSY;
    }
    Outcome refusal = copy.origin().listId().map(id -> list(id, copy)).orElse(null);
    if (refusal != null) {
      running.decrementAndGet();
    }
    return refusal;
  }

  private synchronized Outcome list(long id, CopyOperation copy) {
    CopyOperation present = byListId.get(id);
    if (present != null && present.isRunning()) {
      return Sense.OPERATION_IN_PROGRESS;
    }
    byListId.remove(id);
    Iterator<CopyOperation> eldest = byListId.values().iterator();
    while (byListId.size() >= MOST_HELD && eldest.hasNext()) {
      if (!eldest.next().isRunning()) {
        eldest.remove();
      }
    }
    byListId.put(id, copy);
    return null;
  }

  void ended() {
    running.decrementAndGet();
  }

  /** The operation of a list identifier, under way or ended. */
  public synchronized Optional<CopyOperation> find(long listId) {
    return Optional.ofNullable(byListId.get(listId));
  }

  /** Forgets all results. */
  synchronized void forget() {
    byListId.clear();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.CheckReturnValue;
import java.util.concurrent.atomic.AtomicReference;

/** The unit's RESERVE(6) reservation (SPC-2 §5.5): held by one nexus, gone with it. Thread-safe. */
public final class LegacyReservation {

  private final AtomicReference<Nexus> holder = new AtomicReference<>();

  /** Takes it, or keeps it; false if another nexus holds it. */
  @CheckReturnValue
  public boolean reserve(Nexus nexus) {
    return holder.compareAndSet(null, nexus) || holder.get() == nexus;
  }

  /** Gives it back; a nexus that does not hold it changes nothing. */
  public void release(Nexus nexus) {
    holder.compareAndSet(nexus, null);
  }

  void clear() {
    holder.set(null);
  }

  /** Whether anyone holds it. */
  public boolean isHeld() {
    return holder.get() != null;
  }

  /** Whether another nexus holds it. */
  public boolean conflictsWith(Nexus nexus) {
    Nexus seen = holder.get();
    return seen != null && seen != nexus;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.CheckReturnValue;
import io.lunette.scsi.Sense;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The medium of a unit: fixed, or removable and then loaded or ejected (SBC-3 §4.3, §5.25). It is
 * loaded when the target starts, and stays where it is at a reset. Thread-safe.
 *
 * <p>Ejecting takes nothing away but the way to the blocks: what was acknowledged is there when the
 * medium is loaded again.
 */
public final class Medium {

  private final boolean removable;
  private final List<Nexus> nexuses;
  private final AtomicBoolean present = new AtomicBoolean(true);

  Medium(boolean removable, List<Nexus> nexuses) {
    this.removable = removable;
    this.nexuses = nexuses;
  }

  public boolean isRemovable() {
    return removable;
  }

  public boolean isPresent() {
    return present.get();
  }

  /** Whether any nexus prevents removal, which goes for loading too. */
  public boolean isHeld() {
    return nexuses.stream().anyMatch(Nexus::preventsRemoval);
  }

  /** Takes it out. */
  public void eject() {
    if (!removable) {
      throw new IllegalStateException("the medium is fixed");
    }
    present.set(false);
  }

  /** Puts it in; every nexus but the one that asked learns that it may be another one. */
  public void load(Nexus by) {
    if (present.compareAndSet(false, true)) {
      for (Nexus nexus : nexuses) {
        if (nexus != by) {
          nexus.establish(Sense.MEDIUM_MAY_HAVE_CHANGED);
        }
      }
    }
  }

  /** What stands in the way of commands that need it; null if it is there. */
  @CheckReturnValue
  Sense obstacle() {
    return present.get() ? null : Sense.MEDIUM_NOT_PRESENT;
  }
}

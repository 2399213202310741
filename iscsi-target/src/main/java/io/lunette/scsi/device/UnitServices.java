/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * What the target lends to its units: a clock, a way to wait without a thread, and bounds.
 *
 * @param nanoTime as {@link System#nanoTime}
 * @param delay runs something later
 * @param sanitizeBytesPerSecond what SANITIZE may write to one unit, so that one initiator does not
 *     take the device from others
 */
public record UnitServices(LongSupplier nanoTime, Delay delay, long sanitizeBytesPerSecond) {

  /** Runs something after a time, on any thread that may not block. */
  @FunctionalInterface
  public interface Delay {
    void run(Runnable task, long nanos);
  }

  /** Of units that nothing bounds, and that wait for nothing. */
  public static final UnitServices UNBOUNDED =
      new UnitServices(System::nanoTime, (task, nanos) -> task.run(), Long.MAX_VALUE);

  public UnitServices {
    Objects.requireNonNull(nanoTime);
    Objects.requireNonNull(delay);
    if (sanitizeBytesPerSecond < 1) {
      throw new IllegalArgumentException(
          "sanitize rate of " + sanitizeBytesPerSecond + " bytes a second");
    }
  }
}

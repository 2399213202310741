/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.concurrent.CompletionStage;

/**
 * A long operation of a driver. Thread-safe.
 *
 * <p>A job that is not ended when the process dies goes on, or is undone, when the driver opens
 * again; asking for the same operation again then joins it.
 *
 * @param <T> what it yields
 */
public interface Job<T> {

  /** How far it is; {@code total} may grow while it runs. */
  record Progress(long doneBytes, long totalBytes) {}

  /** How far it is now. */
  Progress progress();

  /** Whether {@link #cancel} has an effect; what must not be left half done goes on to its end. */
  default boolean isCancellable() {
    return true;
  }

  /** Asks it to end early; the result then fails with {@code CancellationException}. */
  void cancel();

  /** Its end: the value, or a {@link VolumeException}. */
  CompletionStage<T> result();
}

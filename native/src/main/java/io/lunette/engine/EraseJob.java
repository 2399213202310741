/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.Job;
import io.lunette.engine.format.PoolLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** The erase of one volume. */
final class EraseJob implements Job<EraseReport> {

  final CompletableFuture<EraseReport> result = new CompletableFuture<>();
  final AtomicLong doneBytes = new AtomicLong();
  final AtomicLong totalBytes = new AtomicLong();

  /** Whether the volume's key has been destroyed, where that is the method. */
  volatile boolean keyIsDestroyed;

  /** So many extents more are done. */
  void scrubbed(int extents) {
    doneBytes.addAndGet((long) extents * PoolLayout.EXTENT_BYTES);
  }

  @Override
  public Progress progress() {
    return new Progress(doneBytes.get(), totalBytes.get());
  }

  /** An erase has no end but its own: half erased is not a state that a volume can be left in. */
  @Override
  public boolean isCancellable() {
    return false;
  }

  @Override
  public void cancel() {
    // What was returned stays returned until it is erased (DESIGN I2b).
  }

  @Override
  public CompletionStage<EraseReport> result() {
    return result.minimalCompletionStage();
  }
}

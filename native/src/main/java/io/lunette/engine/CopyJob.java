/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeInfo;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** The making of one independent clone. */
final class CopyJob implements Job<VolumeInfo> {

  final Volume volume;
  final CompletableFuture<VolumeInfo> result = new CompletableFuture<>();
  final AtomicLong doneBytes = new AtomicLong();
  final AtomicLong totalBytes = new AtomicLong();

  /**
   * The extent from which on nothing was copied yet, -1 at the end; of the copying thread alone.
   */
  long next;

  /** Whether {@link #totalBytes} is known; of the copying thread alone. */
  boolean isCounted;

  private final Runnable wake;
  private volatile boolean cancelled;

  /**
   * @param wake has it looked at again if it waits for space
   */
  CopyJob(Volume volume, Runnable wake) {
    this.volume = volume;
    this.wake = wake;
  }

  boolean isCancelled() {
    return cancelled;
  }

  @Override
  public Progress progress() {
    return new Progress(doneBytes.get(), totalBytes.get());
  }

  @Override
  public void cancel() {
    end();
    wake.run();
  }

  /** {@link #cancel}, with locks held. */
  void end() {
    cancelled = true;
  }

  @Override
  public CompletionStage<VolumeInfo> result() {
    return result.minimalCompletionStage();
  }
}

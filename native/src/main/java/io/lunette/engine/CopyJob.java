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
  private volatile boolean cancelled;

  CopyJob(Volume volume) {
    this.volume = volume;
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
    cancelled = true;
  }

  @Override
  public CompletionStage<VolumeInfo> result() {
    return result.minimalCompletionStage();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.Job;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An erase by hand from before its driver begins it until it is certified. Thread-safe. */
final class HandErase implements Job<CertifiedErase> {

  private final CompletableFuture<CertifiedErase> result = new CompletableFuture<>();
  private volatile Job<EraseReport> erase;
  private volatile boolean cancelled;

  /** The driver has begun it. */
  void begun(Job<EraseReport> job) {
    erase = job;
  }

  void ended(CertifiedErase certified) {
    result.complete(certified);
  }

  void failed(Throwable cause) {
    result.completeExceptionally(cause);
  }

  boolean isCancelled() {
    return cancelled;
  }

  @Override
  public Progress progress() {
    Job<EraseReport> job = erase;
    return job == null ? new Progress(0, 0) : job.progress();
  }

  @Override
  public boolean isCancellable() {
    Job<EraseReport> job = erase;
    return job != null && job.isCancellable();
  }

  @Override
  public void cancel() {
    Job<EraseReport> job = erase;
    if (job != null) {
      cancelled = true;
      job.cancel();
    }
  }

  @Override
  public CompletionStage<CertifiedErase> result() {
    return result.minimalCompletionStage();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A long operation on an array, run by one worker and followed by any thread. */
final class ArrayJob<T> implements Job<T>, JobWatch, Runnable {

  /** What is done; told of progress and asked to end by the job. */
  interface Work<T> {
    T run(ArrayJob<T> job) throws VolumeException;
  }

  private static final int PERCENT = 100;

  private final Work<T> work;
  private final long totalBytes;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private volatile long doneBytes;
  private volatile boolean cancelled;
  private volatile boolean left;

  ArrayJob(long totalBytes, Work<T> work) {
    this.totalBytes = totalBytes;
    this.work = work;
  }

  @Override
  public void run() {
    try {
      T done = work.run(this);
      doneBytes = totalBytes;
      result.complete(done);
    } catch (VolumeException | CancellationException e) {
      result.completeExceptionally(e);
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
      throw e;
    }
  }

  @Override
  public Progress progress() {
    return new Progress(Math.min(doneBytes, totalBytes), totalBytes);
  }

  void doneBytes(long bytes) {
    doneBytes = bytes;
  }

  @Override
  public void started(String jobPath) {}

  @Override
  public void progress(int percent) {
    doneBytes = totalBytes / PERCENT * percent;
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  /** Ends the following of it here; at the array it goes on. */
  void leave() {
    left = true;
  }

  @Override
  public boolean isLeft() {
    return left;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public CompletionStage<T> result() {
    return result.minimalCompletionStage();
  }
}

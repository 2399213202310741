/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An import in two steps: the file becomes a raw copy, then the copy is imported and removed. Run
 * once, on a worker thread; the rest is thread-safe. A copy that a crash leaves behind is removed
 * at the next start.
 *
 * @param <T> what the import yields
 */
final class ConvertedImport<T> implements Job<T>, Runnable {

  /**
   * Begins the second step.
   *
   * @param <T> what it yields
   */
  interface RawImport<T> {
    Job<T> start(Path raw) throws DomainException, VolumeException;
  }

  private final Qcow2Converter converter;
  private final Path file;
  private final RawImport<T> second;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private volatile Job<T> importing;
  private volatile boolean cancelled;

  ConvertedImport(Qcow2Converter converter, Path file, RawImport<T> second) {
    this.converter = converter;
    this.file = file;
    this.second = second;
  }

  @Override
  public void run() {
    Path raw = converter.newCopy();
    try {
      converter.toRaw(file, raw, () -> cancelled);
      if (cancelled) {
        throw new CancellationException("cancelled");
      }
      importing = second.start(raw);
    } catch (DomainException | VolumeException | CancellationException e) {
      converter.remove(raw);
      result.completeExceptionally(e);
      return;
    }
    importing
        .result()
        .whenComplete(
            (imported, failure) -> {
              converter.remove(raw);
              if (failure == null) {
                result.complete(imported);
              } else {
                result.completeExceptionally(failure);
              }
            });
  }

  @Override
  public Progress progress() {
    Job<T> job = importing;
    return job == null ? new Progress(0, 0) : job.progress();
  }

  @Override
  public void cancel() {
    cancelled = true;
    Job<T> job = importing;
    if (job != null) {
      job.cancel();
    }
  }

  @Override
  public CompletionStage<T> result() {
    return result.minimalCompletionStage();
  }
}

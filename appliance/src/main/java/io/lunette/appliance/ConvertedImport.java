/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import io.lunette.core.image.ImportedImage;
import io.lunette.core.volume.Job;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An import in two steps: the file becomes a raw copy, then the copy is imported and removed. Run
 * once, on a worker thread; the rest is thread-safe. A copy that a crash leaves behind is removed
 * at the next start.
 */
final class ConvertedImport implements Job<ImportedImage>, Runnable {

  /** Begins the second step. */
  interface RawImport {
    Job<ImportedImage> start(Path raw) throws DomainException;
  }

  private final Qcow2Converter converter;
  private final Path file;
  private final RawImport second;
  private final CompletableFuture<ImportedImage> result = new CompletableFuture<>();
  private volatile Job<ImportedImage> importing;
  private volatile boolean cancelled;

  ConvertedImport(Qcow2Converter converter, Path file, RawImport second) {
    this.converter = converter;
    this.file = file;
    this.second = second;
  }

  @Override
  public void run() {
    Path raw = converter.newCopy();
    try {
      converter.convert(file, raw, () -> cancelled);
      if (cancelled) {
        throw new CancellationException("cancelled");
      }
      importing = second.start(raw);
    } catch (DomainException | CancellationException e) {
      converter.remove(raw);
      result.completeExceptionally(e);
      return;
    }
    importing
        .result()
        .whenComplete(
            (image, failure) -> {
              converter.remove(raw);
              if (failure == null) {
                result.complete(image);
              } else {
                result.completeExceptionally(failure);
              }
            });
  }

  @Override
  public Progress progress() {
    Job<ImportedImage> job = importing;
    return job == null ? new Progress(0, 0) : job.progress();
  }

  @Override
  public void cancel() {
    cancelled = true;
    Job<ImportedImage> job = importing;
    if (job != null) {
      job.cancel();
    }
  }

  @Override
  public CompletionStage<ImportedImage> result() {
    return result.minimalCompletionStage();
  }
}

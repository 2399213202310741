/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An import in two steps: the files become raw copies, then the copies are imported and removed.
 * Run once, on a worker thread; the rest is thread-safe. A copy that a crash leaves behind is
 * removed at the next start.
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
    Job<T> start(List<Path> raws) throws DomainException, VolumeException;
  }

  private final Qcow2Converter converter;
  private final List<Path> files;
  private final RawImport<T> second;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private volatile Job<T> importing;
  private volatile boolean cancelled;

  ConvertedImport(Qcow2Converter converter, List<Path> files, RawImport<T> second) {
    this.converter = converter;
    this.files = List.copyOf(files);
    this.second = second;
  }

  @Override
  public void run() {
    List<Path> raws = new ArrayList<>();
    try {
      for (Path file : files) {
        Path raw = converter.newCopy();
        raws.add(raw);
        converter.toRaw(file, raw, () -> cancelled);
      }
      if (cancelled) {
        throw new CancellationException("cancelled");
      }
      importing = second.start(raws);
    } catch (DomainException | VolumeException | CancellationException e) {
      raws.forEach(converter::remove);
      result.completeExceptionally(e);
      return;
    }
    importing
        .result()
        .whenComplete(
            (imported, failure) -> {
              raws.forEach(converter::remove);
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

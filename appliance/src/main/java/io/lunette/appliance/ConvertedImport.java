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
      importing = begin(raws);
    } catch (DomainException | VolumeException | CancellationException e) {
      fail(raws, e);
      return;
    } catch (RuntimeException | Error e) {
      fail(raws, e);
      throw e;
    }
    if (cancelled) {
      importing.cancel();
    }
    importing
        .result()
        .whenComplete(
            (imported, failure) -> {
              if (failure == null) {
                raws.forEach(converter::remove);
                result.complete(imported);
              } else {
                fail(raws, failure);
              }
            });
  }

  private Job<T> begin(List<Path> raws) throws DomainException, VolumeException {
    for (Path file : files) {
      Path raw = converter.newCopy();
      raws.add(raw);
      converter.toRaw(file, raw, () -> cancelled);
    }
    if (cancelled) {
      throw new CancellationException("cancelled");
    }
    return second.start(raws);
  }

  private void fail(List<Path> raws, Throwable reason) {
    raws.forEach(converter::remove);
    result.completeExceptionally(reason);
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

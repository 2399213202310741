/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An export in two steps: the volume becomes a raw copy, then the copy is written as qcow2 and
 * removed. Thread-safe once begun.
 */
final class ConvertedExport implements Job<VolumeInfo> {

  private static final Logger LOG = LoggerFactory.getLogger(ConvertedExport.class);

  /** Begins the first step. */
  interface RawExport {
    Job<VolumeInfo> start(Path raw) throws DomainException, VolumeException;
  }

  private final Qcow2Converter converter;
  private final Path file;
  private final Path raw;
  private final Job<VolumeInfo> copying;
  private final CompletableFuture<VolumeInfo> result = new CompletableFuture<>();
  private volatile boolean cancelled;

  private ConvertedExport(Qcow2Converter converter, Path file, Path raw, Job<VolumeInfo> copying) {
    this.converter = converter;
    this.file = file;
    this.raw = raw;
    this.copying = copying;
  }

  /** Begins an export to a file that is there, and empty; it is removed if that fails. */
  static ConvertedExport begin(
      Qcow2Converter converter, Path file, RawExport first, Executor executor)
      throws DomainException, VolumeException {
    Path raw = converter.newCopy();
    ConvertedExport export = new ConvertedExport(converter, file, raw, first.start(raw));
    var unused = export.copying.result().whenCompleteAsync(export::copied, executor);
    return export;
  }

  private void copied(VolumeInfo volume, Throwable failure) {
    Throwable cause = failure;
    if (cause == null) {
      try {
        converter.write(raw, file, () -> cancelled);
        cause = cancelled ? new CancellationException("cancelled") : null;
      } catch (DomainException e) {
        cause = e;
      }
    }
    converter.remove(raw);
    if (cause == null) {
      result.complete(volume);
      return;
    }
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("cannot remove {}", file, e);
    }
    result.completeExceptionally(cause);
  }

  @Override
  public Progress progress() {
    return copying.progress();
  }

  @Override
  public void cancel() {
    cancelled = true;
    copying.cancel();
  }

  @Override
  public CompletionStage<VolumeInfo> result() {
    return result.minimalCompletionStage();
  }
}

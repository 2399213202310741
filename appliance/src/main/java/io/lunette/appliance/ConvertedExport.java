/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.blockio.Directories;
import io.lunette.core.DomainException;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An export in two steps: the volume becomes a raw copy, then the copy a qcow2 file, which exists
 * from the beginning so that nobody else takes its name. An export that does not succeed leaves
 * neither. Thread-safe; the second step runs on the executor.
 */
final class ConvertedExport implements Job<VolumeInfo> {

  private static final Logger LOG = LoggerFactory.getLogger(ConvertedExport.class);

  private final Qcow2Converter converter;
  private final Path raw;
  private final Path file;
  private final Job<VolumeInfo> copying;
  private final CompletableFuture<VolumeInfo> result = new CompletableFuture<>();
  private volatile boolean cancelled;

  private ConvertedExport(Qcow2Converter converter, Path raw, Path file, Job<VolumeInfo> copying) {
    this.converter = converter;
    this.raw = raw;
    this.file = file;
    this.copying = copying;
  }

  /** Begins the first step. */
  interface RawExport {
    Job<VolumeInfo> start(Path raw) throws DomainException, VolumeException;
  }

  /**
   * Begins an export.
   *
   * @throws DomainException what the first step says; the file is not there then
   */
  static ConvertedExport start(
      Qcow2Converter converter, Path file, RawExport first, Executor executor)
      throws DomainException, VolumeException {
    Path raw = converter.newCopy();
    ConvertedExport export;
    try {
      export = new ConvertedExport(converter, raw, file, first.start(raw));
    } catch (DomainException | VolumeException e) {
      converter.remove(file);
      throw e;
    }
    export.copying.result().whenCompleteAsync(export::convert, executor);
    return export;
  }

  private void convert(VolumeInfo copied, Throwable failure) {
    Throwable reason = failure;
    if (reason == null) {
      try {
        converter.toQcow2(raw, file, () -> cancelled);
        requireWanted();
        force();
      } catch (DomainException | IOException | RuntimeException | Error e) {
        reason = e;
      }
    }
    converter.remove(raw);
    if (reason == null) {
      result.complete(copied);
      return;
    }
    converter.remove(file);
    LOG.info("no export to {}", file, reason);
    result.completeExceptionally(reason);
  }

  private void requireWanted() {
    if (cancelled) {
      throw new CancellationException("cancelled");
    }
  }

  /** qemu-img ends when the page cache has it all. */
  private void force() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Directories.flush(file.toAbsolutePath().getParent());
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

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An erase in memory: throws the top layer away. A failed one leaves its volume ERASING; one of a
 * volume that was not opened since the last reports what that did.
 */
final class MemoryErase implements Job<EraseReport>, Runnable {

  private final MemoryVolumes volumes;
  private final MemoryVolume volume;
  private final EraseRequest request;
  private final long bytes;
  private final Instant started;
  private final CompletableFuture<EraseReport> result = new CompletableFuture<>();

  /** To be made under the lock of {@code volumes}. */
  MemoryErase(MemoryVolumes volumes, MemoryVolume volume, EraseRequest request) {
    this.volumes = volumes;
    this.volume = volume;
    this.request = request;
    this.bytes = volume.top.ownBlocks() * MemoryLayer.BLOCK;
    this.started = volumes.nextMoment();
  }

  @Override
  public void run() {
    if (volumes.takeEraseFailure()) {
      result.completeExceptionally(
          new VolumeException(
              VolumeException.Kind.IO, "volume '" + volume.name + "' could not be erased"));
      return;
    }
    if (volumes.fillsHalfWay()) {
      volumes.force(volume.name, VolumeState.QUARANTINED);
      result.completeExceptionally(
          new VolumeException(VolumeException.Kind.OUT_OF_SPACE, "the file system is full"));
      return;
    }
    EraseReport report;
    synchronized (volumes) {
      volume.top = new MemoryLayer(volume.base, volume.baseSize);
      volume.state = VolumeState.WRITABLE;
      volume.used = false;
      if (volume.erased == null || !volume.erased.request().equals(request)) {
        volume.erased = report();
      }
      report = volume.erased;
      volume.erasedAt = report.ended();
    }
    if (volumes.refusesEnd()) {
      result.completeExceptionally(
          new VolumeException(VolumeException.Kind.OUT_OF_SPACE, "the journal is full"));
      return;
    }
    result.complete(report);
  }

  private EraseReport report() {
    EraseRequest done = volumes.readsNothingBack() ? request.withoutReadBack() : request;
    return new EraseReport(
        volume.name,
        Optional.of(volume.uuid),
        done,
        (bytes + 65535) / 65536,
        bytes,
        done.verify() ? bytes : 0,
        "memory",
        "memory",
        started,
        volumes.nextMoment(),
        Optional.empty(),
        volumes.eraseClaim.orElse(request.method().claim()));
  }

  @Override
  public Progress progress() {
    return new Progress(result.isDone() ? bytes : 0, bytes);
  }

  @Override
  public void cancel() {
    result.cancel(false);
  }

  @Override
  public CompletionStage<EraseReport> result() {
    return result;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A copy in memory: when it runs, its volume has all of the source for itself. */
final class MemoryCopy implements Job<VolumeInfo>, Runnable {

  private final MemoryVolumes volumes;
  private final MemoryVolume volume;
  private final MemoryLayer source;
  private final CompletableFuture<VolumeInfo> result = new CompletableFuture<>();

  /** To be made under the lock of {@code volumes}. */
  MemoryCopy(MemoryVolumes volumes, MemoryVolume volume, MemoryLayer source) {
    this.volumes = volumes;
    this.volume = volume;
    this.source = source;
  }

  @Override
  public void run() {
    VolumeInfo made;
    synchronized (volumes) {
      if (volumes.byName.get(volume.name) != volume) {
        cancel();
        return;
      }
      volume.top = source.flattened(volume.size);
      volume.state = VolumeState.WRITABLE;
      made = volume.info();
    }
    result.complete(made);
  }

  @Override
  public Progress progress() {
    return new Progress(result.isDone() ? volume.size : 0, volume.size);
  }

  @Override
  public void cancel() {
    result.cancel(false);
  }

  @Override
  public CompletionStage<VolumeInfo> result() {
    return result;
  }
}

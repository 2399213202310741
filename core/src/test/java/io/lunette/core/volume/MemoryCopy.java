/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A copy in memory: over when it begins, for what lies below a layer in memory never goes. */
record MemoryCopy(VolumeInfo made) implements Job<VolumeInfo> {

  @Override
  public Progress progress() {
    return new Progress(made.sizeBytes(), made.sizeBytes());
  }

  @Override
  public void cancel() {
    // It has ended.
  }

  @Override
  public CompletionStage<VolumeInfo> result() {
    return CompletableFuture.completedFuture(made);
  }
}

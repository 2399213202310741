/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.IoCompletion;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The end of one operation, to be waited for. Thread-safe. */
final class IoEnd implements IoCompletion {

  private final CompletableFuture<Optional<BlockException>> end = new CompletableFuture<>();

  @Override
  public void completed() {
    end.complete(Optional.empty());
  }

  @Override
  public void failed(BlockException failure) {
    end.complete(Optional.of(failure));
  }

  /** What it failed with, or null, when it has ended. */
  BlockException failure() throws Exception {
    return end.get(1, TimeUnit.MINUTES).orElse(null);
  }
}

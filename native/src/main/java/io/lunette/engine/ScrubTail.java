/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * The end of a batch that is scrubbed (its flush, its read-back, its commit), under way while the
 * next is written: the device then reads and writes at once. One at a time; for one thread.
 */
final class ScrubTail implements AutoCloseable {

  interface Step {
    void run() throws IOException, BlockException;
  }

  private final ExecutorService executor;
  private Future<?> underWay;

  ScrubTail(ExecutorService executor) {
    this.executor = executor;
  }

  /** Waits for the end of the batch before, then begins with this one. */
  void begin(Step step) throws IOException, BlockException {
    await();
    underWay =
        executor.submit(
            () -> {
              step.run();
              return null;
            });
  }

  /**
   * Waits for the end of what is under way.
   *
   * @throws IOException that it ended in, as the BlockException
   */
  void await() throws IOException, BlockException {
    Future<?> awaited = underWay;
    underWay = null;
    boolean interrupted = false;
    while (awaited != null) {
      try {
        awaited.get();
        awaited = null;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof BlockException failure) {
          throw failure;
        }
        throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The same, whatever else has failed: nothing of a batch may go on behind its layer's back. */
  @Override
  public void close() throws IOException, BlockException {
    await();
  }
}

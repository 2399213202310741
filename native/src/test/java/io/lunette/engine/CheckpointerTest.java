/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.engine.map.PageCache;
import org.junit.jupiter.api.Test;

class CheckpointerTest {

  /** Else a pool that is closed then would wait for it for ever. */
  @Test
  void oneThatFindsNoThreadHasFailedAndIsNotWaitedFor() throws Exception {
    requireFailed(new OutOfMemoryError("simulated: unable to create native thread"));
  }

  @Test
  void orNoMemoryToSaySo() throws Exception {
    requireFailed(new NoMemory());
  }

  private static void requireFailed(Error ofExecutor) throws Exception {
    PagedDevice device = new PagedDevice(CrashLife.POOL_BYTES);
    CrashLife.format(device, 1);
    PoolState state = PoolState.read(device, new PageCache(1 << 20));
    AsideFlush flush = new AsideFlush(device);
    Checkpointer checkpointer =
        new Checkpointer(
            state.metadata(),
            device,
            flush,
            state.pages(),
            new ExtentFinder(state.metadata(), state.pages()),
            new PoolTrim(device, flush, null, state.metadata()),
            task -> {
              throw ofExecutor;
            },
            state.superblock(),
            state.former());
    state.metadata().lock.lock();

    checkpointer.start(checkpointer.plan(0), 0, 1);

    assertThat(checkpointer.isRunning()).isFalse();
    assertThatThrownBy(checkpointer::requireSound).hasCause(ofExecutor);
  }
}

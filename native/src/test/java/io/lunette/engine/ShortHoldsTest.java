/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.engine.map.PageCache;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who else gets the lock of the metadata while many things are looked at. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShortHoldsTest {

  @Test
  void whoWaitsForTheLockComesBetweenTwoHolds() throws Exception {
    PagedDevice device = new PagedDevice(32L << 20);
    PoolState.format(device, new UUID(3, 4));
    Metadata metadata = PoolState.read(device, new PageCache(1 << 20)).metadata();
    AtomicBoolean cameIn = new AtomicBoolean();
    AtomicReference<CompletableFuture<Void>> other = new AtomicReference<>();

    ShortHolds.run(
        metadata,
        () -> {
          assertThat(metadata.lock.isHeldByCurrentThread()).isTrue();
          if (other.get() == null) {
            other.set(CompletableFuture.runAsync(() -> comeIn(metadata, cameIn)));
          }
          return !cameIn.get();
        });

    other.get().join();
    assertThat(metadata.lock.isHeldByCurrentThread()).isFalse();
  }

  private static void comeIn(Metadata metadata, AtomicBoolean cameIn) {
    metadata.lock.lock();
    try {
      cameIn.set(true);
    } finally {
      metadata.lock.unlock();
    }
  }
}

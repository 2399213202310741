/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.map.PageCache;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which keys are held of a chain that changes. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeyUseTest {

  @Test
  void noKeyIsMissedBelowALayerThatIsBeingTakenOut() throws Exception {
    PagedDevice device = new PagedDevice(32L << 20);
    PoolState.format(device, new UUID(3, 4));
    Metadata metadata = PoolState.read(device, new PageCache(1 << 20)).metadata();
    Layer image = layer(1);
    image.setKey(new DataKey(1, -1, null, null, "the key of the image was asked for"));
    Layer empty = layer(2);
    Layer top = layer(3);
    top.parent = empty;
    AtomicReference<Thread> asking = new AtomicReference<>();
    metadata.lock.lock();

    CompletableFuture<Void> use =
        CompletableFuture.runAsync(
            () -> {
              asking.set(Thread.currentThread());
              try {
                KeyUse.ofMoving(top, metadata).close();
              } catch (LockedKeyException e) {
                throw new CompletionException(e);
              }
            });
    while (!use.isDone()
        && (asking.get() == null || !metadata.lock.hasQueuedThread(asking.get()))) {
      Thread.onSpinWait();
    }
    top.parent = image;
    metadata.lock.unlock();

    assertThatThrownBy(use::join).hasMessageContaining("the key of the image was asked for");
  }

  private static Layer layer(long id) {
    return new Layer(id, LayerSlot.NONE, null, null, null, null);
  }
}

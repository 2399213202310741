/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.key.MemoryVault;
import io.lunette.engine.map.PageCache;
import io.lunette.engine.map.WordTree;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
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

  @Test
  void noKeyIsHeldForAnEraseByKeyThatStoppedHalfWay() throws Exception {
    FailingDevice device = new FailingDevice(64L << 20);
    PoolState.format(device, new UUID(3, 4));
    MemoryVault vault = new MemoryVault();
    VolumeName image = new VolumeName("image");
    VolumeName clone = new VolumeName("clone");
    Pool pool = Pool.open(device, Clock.systemUTC(), 4 << 20, vault);
    new VolumeMaker(pool).create(image, 1 << 20, 4096, KeyWish.DEMANDED);
    new VolumeTable(pool).seal(image);
    new VolumeMaker(pool).clone(image, List.of(clone), KeyWish.DEMANDED);
    pool.close();
    pool = Pool.open(device, Clock.systemUTC(), 4 << 20, vault);
    try {
      Volume volume = pool.metadata.chains.volume(clone.value());
      DataKey imageKey = pool.metadata.chains.volume(image.value()).top.key();
      BlockDevice open = new VolumeTable(pool).open(clone, AccessMode.READ_WRITE);
      CryptoErase erase = new CryptoErase(pool, volume.id, volume.device);
      failReadsOf(pool.metadata.tree(TreeKey.Kind.GLOBALS), device);

      assertThatThrownBy(erase::run).hasMessageContaining("simulated");
      open.close();

      assertThat(imageKey.cipher()).isNull();
    } finally {
      pool.abandon();
    }
  }

  /** As it was just opened, the pool has read none of its pages. */
  private static void failReadsOf(WordTree tree, FailingDevice device) throws Exception {
    List<Long> pages = new ArrayList<>();
    tree.forEachPage(pages::add);
    long page = pages.get(0) * PagedDevice.PAGE;
    long copy = page + 8L * PagedDevice.PAGE;
    device.failReads(
        (offset, length) ->
            FailingDevice.at(page).takes(offset, length)
                || FailingDevice.at(copy).takes(offset, length));
  }

  private static Layer layer(long id) {
    return new Layer(id, LayerSlot.NONE, null, null, null, null);
  }
}

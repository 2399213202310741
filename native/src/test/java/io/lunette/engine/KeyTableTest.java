/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.DeviceException;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.key.MemoryVault;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When the record of a key goes. */
class KeyTableTest {

  private static final UUID POOL = new UUID(7, 7);

  @Test
  void aKeyIsNotDestroyedBeforeTheReleaseOfItsLastLayerIsDurable() throws Exception {
    PagedDevice empty = new PagedDevice(64L << 20);
    PoolState.format(empty, POOL);
    RecordingDevice device = new RecordingDevice(empty);
    Pool pool = Pool.open(device, Clock.systemUTC(), 4 << 20, new MemoryVault());
    DataKey key = pool.keys.make(1).get(0);
    pool.metadata.lock.lock();
    Layer layer = pool.metadata.chains.createLayer(null, 1 << 20, 1, key);
    pool.metadata.lock.unlock();
    pool.log.commit();

    pool.metadata.lock.lock();
    pool.metadata.chains.setState(layer, LayerSlot.State.RELEASED);
    pool.metadata.lock.unlock();
    pool.keys.destroyUnlessNamed(List.of(key));

    pool.abandon();
    assertThat(problemsAfterACrash(device)).doesNotContain("record is lost");
  }

  @Test
  void aKeyThatWasTakenAndThatNoLayerGotIsDiscarded() throws Exception {
    PagedDevice device = new PagedDevice(64L << 20);
    PoolState.format(device, POOL);
    Pool pool = Pool.open(device, Clock.systemUTC(), 4 << 20, new MemoryVault());
    NewKeys keys = new NewKeys(pool.keys, 2);
    DataKey given = keys.take(true);
    DataKey ignored = keys.take(true);
    pool.metadata.lock.lock();
    Layer layer = pool.metadata.chains.createLayer(null, 1 << 20, 1, given);
    pool.metadata.lock.unlock();

    keys.close();

    assertThat(layer.key()).isSameAs(given);
    assertThat(KeyRecords.of(device, POOL)).singleElement().returns(given.id(), KeySlot::id);
    pool.abandon();
  }

  /** Its own flush is one that everybody waits for. */
  @Test
  void aKeyIsMadeWithOneFlushWhereTheOneBeforeItIsCommitted() throws Exception {
    AtomicInteger flushes = new AtomicInteger();
    PagedDevice device =
        new PagedDevice(64L << 20) {
          @Override
          public void flushAside() throws DeviceException {
            flushes.incrementAndGet();
            super.flushAside();
          }
        };
    PoolState.format(device, POOL);
    Pool pool = Pool.open(device, Clock.systemUTC(), 4 << 20, new MemoryVault());
    List<DataKey> first = pool.keys.make(1);
    pool.log.commit();
    flushes.set(0);

    List<DataKey> second = pool.keys.make(1);

    assertThat(flushes).hasValue(1);
    assertThat(second).doesNotContainAnyElementsOf(first);
    pool.abandon();
  }

  @Test
  void nothingIsWrittenOnceThePoolIsClosed() throws Exception {
    PagedDevice device = new PagedDevice(64L << 20);
    PoolState.format(device, POOL);
    Pool pool = Pool.open(device, Clock.systemUTC(), 4 << 20, new MemoryVault());
    List<DataKey> made = pool.keys.make(1);
    pool.close();
    PagedDevice closed = device.copy();

    assertThatThrownBy(() -> pool.keys.make(1)).hasMessageContaining("closed");
    assertThatThrownBy(() -> pool.keys.discardUnlessGiven(made)).hasMessageContaining("closed");
    assertThatThrownBy(pool.keys::turn).hasMessageContaining("closed");

    assertThat(IntStream.range(0, (int) (device.sizeBytes() / PagedDevice.PAGE)))
        .allMatch(page -> device.page(page) == closed.page(page));
  }

  /** Of a layer without a volume, which is one, and of whatever else there is. */
  private static String problemsAfterACrash(RecordingDevice device) throws Exception {
    RecordingDevice.Crashes crashes = device.crashes();
    while (crashes.at() < device.calls()) {
      assertThat(crashes.advance()).isTrue();
    }
    return PoolCheck.check(crashes.image(new Random(1), 0)).problems().toString();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.key.MemoryVault;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** When the record of a key goes. */
class KeyTableTest {

  @Test
  void aKeyIsNotDestroyedBeforeTheReleaseOfItsLastLayerIsDurable() throws Exception {
    PagedDevice empty = new PagedDevice(64L << 20);
    PoolState.format(empty, new UUID(7, 7));
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

  /** Of a layer without a volume, which is one, and of whatever else there is. */
  private static String problemsAfterACrash(RecordingDevice device) throws Exception {
    RecordingDevice.Crashes crashes = device.crashes();
    while (crashes.at() < device.calls()) {
      assertThat(crashes.advance()).isTrue();
    }
    return PoolCheck.check(crashes.image(new Random(1), 0)).problems().toString();
  }
}

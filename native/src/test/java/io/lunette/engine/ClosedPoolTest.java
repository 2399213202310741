/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.DeviceFeatures;
import io.lunette.core.block.BlockException;
import io.lunette.engine.key.KeyVault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pool that is closed, or could not be opened, lets its device go and leaves it alone. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClosedPoolTest {

  private final ClosingDevice device = new ClosingDevice();

  @BeforeEach
  void format() throws Exception {
    CrashLife.format(device, 1);
  }

  @Test
  void alsoWhereItCannotGiveBackWhatItReserved() throws Exception {
    Pool pool = open();
    assertThat(pool.allocator.take(new Neighbours(), 0)).isPositive();
    pool.log.checkpoint();
    pool.metadata.trimPages();
    device.isRead = false;

    assertThatThrownBy(pool::close).isInstanceOf(IOException.class);

    assertThat(device.closed).hasValue(1);
  }

  @Test
  void alsoWhereTheOpeningEndsInWhatNobodyForesaw() {
    device.isProbed = false;

    assertThatThrownBy(() -> EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20))
        .isInstanceOf(IllegalStateException.class);

    assertThat(device.closed).hasValue(1);
  }

  @Test
  void itDoesNotGrow() throws Exception {
    Pool pool = open();
    pool.close();

    BlockException refused =
        catchThrowableOfType(
            BlockException.class, () -> pool.growth.growTo(2 * CrashLife.POOL_BYTES));

    assertThat(refused).isNotNull();
    assertThat(refused.kind()).isEqualTo(BlockException.Kind.GONE);
  }

  private Pool open() throws Exception {
    return Pool.open(device, Clock.systemUTC(), 1, KeyVault.none());
  }

  private static final class ClosingDevice extends PagedDevice {

    private volatile boolean isRead = true;
    private volatile boolean isProbed = true;
    private final AtomicInteger closed = new AtomicInteger();

    ClosingDevice() {
      super(CrashLife.POOL_BYTES);
    }

    @Override
    public DeviceFeatures probe(long scratchOffset, int scratchBytes) {
      if (!isProbed) {
        throw new IllegalStateException("simulated: probing");
      }
      return super.probe(scratchOffset, scratchBytes);
    }

    @Override
    public void read(long offset, ByteBuffer target) throws DeviceException {
      if (!isRead) {
        throw new DeviceException("simulated: cannot read");
      }
      super.read(offset, target);
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }
}

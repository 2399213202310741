/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.DeviceException;
import org.junit.jupiter.api.Test;

class AsideFlushTest {

  /** Whatever it ended in may be all that is heard of a write that was lost. */
  @Test
  void noneSucceedsAfterOneThatDidNotEnd() {
    FailingDevice device = new FailingDevice(64 << 10);
    AsideFlush flush = new AsideFlush(device);
    device.breakFlushes(new NoMemory());
    assertThatThrownBy(flush::flush).isInstanceOf(NoMemory.class);
    device.heal();

    assertThatThrownBy(flush::flush).isInstanceOf(DeviceException.class);
    assertThat(flush.failure()).hasCauseInstanceOf(NoMemory.class);
  }
}

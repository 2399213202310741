/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import java.nio.ByteBuffer;

/** Makes superblocks durable, each in its place. For one thread at a time. */
final class SuperblockWriter {

  /** Makes every completed write durable. */
  interface Flush {
    void flush() throws DeviceException;
  }

  private final RawDevice device;
  private final Flush flush;
  private final ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);

  SuperblockWriter(RawDevice device, Flush flush) {
    this.device = device;
    this.flush = flush;
  }

  void write(Superblock superblock) throws DeviceException {
    long offset = Superblock.offsetFor(superblock.generation());
    superblock.encode(buffer);
    boolean isGiven = false;
    try {
      device.write(offset, buffer);
      isGiven = true;
      flush.flush();
    } catch (DeviceException e) {
      if (isGiven && !RefusedPlace.isLost(device, offset, buffer::equals)) {
        throw e;
      }
      throw RefusedPlace.named(device, offset == 0 ? "superblock A" : "superblock B", offset, e);
    }
  }
}

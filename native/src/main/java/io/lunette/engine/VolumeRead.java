/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A read on an I/O thread. */
final class VolumeRead implements Runnable {

  private final VolumeDevice device;
  private final long offset;
  private final ByteBuffer target;
  private final CountedOperation end;

  VolumeRead(VolumeDevice device, long offset, ByteBuffer target, CountedOperation end) {
    this.device = device;
    this.offset = offset;
    this.target = target;
    this.end = end;
  }

  @Override
  public void run() {
    BlockException failure = read();
    if (failure == null) {
      end.completed();
    } else {
      end.failed(failure);
    }
  }

  private BlockException read() {
    try {
      device.readTop(offset, target);
      return null;
    } catch (IOException e) {
      return PoolFailure.reading(e);
    } catch (RuntimeException | Error e) {
      return PoolFailure.unexpected(e);
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Writes zeroes over runs of the device, many at a time because depth is what makes it fast, and
 * reads them back.
 */
final class ZeroFill {

  private static final ByteBuffer ZEROES =
      AlignedBuffers.allocate(DirtyRuns.MAX_RUN_BYTES).asReadOnlyBuffer();

  private final RawDevice device;
  private final ExecutorService workers;
  private final ThreadLocal<ByteBuffer> readBack =
      ThreadLocal.withInitial(() -> AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES));

  ZeroFill(RawDevice device, ExecutorService workers) {
    this.device = device;
    this.workers = workers;
  }

  /** Writes the zeroes; durable after the device's next flush. */
  void write(List<DirtyRuns.Run> runs) throws IOException {
    each(runs, run -> device.write(run.offsetBytes(), ZEROES.slice(0, run.lengthBytes())));
  }

  /**
   * Reads back from the device.
   *
   * @throws DeviceException if anything but zeroes is there
   */
  void verify(List<DirtyRuns.Run> runs) throws IOException {
    each(
        runs,
        run -> {
          ByteBuffer found = readBackOf(run.lengthBytes());
          device.readBack(run.offsetBytes(), found);
          int at = found.mismatch(ZEROES.slice(0, run.lengthBytes()));
          if (at >= 0) {
            throw new DeviceException(
                device.identity()
                    + ": byte "
                    + (run.offsetBytes() + at)
                    + " is not zero after the scrub wrote it");
          }
        });
  }

  private ByteBuffer readBackOf(int lengthBytes) {
    ByteBuffer buffer = readBack.get();
    if (buffer.capacity() < lengthBytes) {
      buffer = AlignedBuffers.allocate(DirtyRuns.MAX_RUN_BYTES);
      readBack.set(buffer);
    }
    return buffer.slice(0, lengthBytes);
  }

  private interface Step {
    void on(DirtyRuns.Run run) throws IOException;
  }

  private void each(List<DirtyRuns.Run> runs, Step step) throws IOException {
    List<Future<?>> underWay = new ArrayList<>();
    for (DirtyRuns.Run run : runs) {
      underWay.add(
          workers.submit(
              () -> {
                step.on(run);
                return null;
              }));
    }
    IOException failure = null;
    boolean interrupted = false;
    for (Future<?> one : underWay) {
      boolean ended = false;
      while (!ended) {
        try {
          one.get();
          ended = true;
        } catch (ExecutionException e) {
          failure = e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
          ended = true;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw failure;
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.block.ProvisioningRun;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/**
 * A logical unit of a foreign target as a block device: reads and writes through libiscsi with
 * several commands under way, zeroes by WRITE SAME where the unit takes it.
 *
 * <p>One worker owns the session ({@link RemoteLoop}); callers hand it requests. A connection that
 * breaks fails what is under way, and the device is GONE from then on: what was not flushed may be
 * lost, and only the caller knows what that was. Thread-safe.
 */
public final class RemoteBlockDevice implements BlockDevice {

  private static final int DEPTH = 8;
  private static final int TASK_BYTES = 1 << 20;
  private static final int PHYSICAL_BYTES = 4096;

  private final RemoteLoop loop;
  private final BlockGeometry geometry;
  private final CountDownLatch ended = new CountDownLatch(1);

  private RemoteBlockDevice(RemoteLoop loop, BlockGeometry geometry) {
    this.loop = loop;
    this.geometry = geometry;
  }

  /**
   * Logs in and opens the unit.
   *
   * @param url as {@link InitiatorSession#open} takes it
   * @param initiatorName who logs in
   * @param patience how long the target may keep silent before it counts as gone
   * @param workers runs the loop until the device is closed
   */
  public static RemoteBlockDevice open(
      String url, String initiatorName, Duration patience, Executor workers)
      throws InitiatorException {
    SessionOptions options = new SessionOptions(initiatorName, DEPTH, TASK_BYTES, false, patience);
    InitiatorSession session = InitiatorSession.open(url, options);
    int block = session.blockBytes();
    BlockGeometry geometry =
        new BlockGeometry(
            Math.multiplyExact(session.blockCount(), (long) block),
            block,
            Math.max(block, PHYSICAL_BYTES),
            TASK_BYTES);
    RemoteLoop loop = new RemoteLoop(session, url);
    RemoteBlockDevice device = new RemoteBlockDevice(loop, geometry);
    workers.execute(device::run);
    return device;
  }

  private void run() {
    try {
      loop.run();
    } finally {
      ended.countDown();
    }
  }

  @Override
  public BlockGeometry geometry() {
    return geometry;
  }

  @Override
  public BlockFeatures features() {
    return new BlockFeatures(false, false, false, 0);
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target, IoCompletion completion) {
    int length = target.remaining();
    submit(RemoteRequest.Kind.READ, offsetBytes, length, target, Durability.VISIBLE, completion);
  }

  @Override
  public void write(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    int length = source.remaining();
    submit(RemoteRequest.Kind.WRITE, offsetBytes, length, source, durability, completion);
  }

  @Override
  public void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    submit(RemoteRequest.Kind.ZERO, offsetBytes, lengthBytes, null, durability, completion);
  }

  /**
   * Zeroes the range, which stays provisioned: the unit says of no discard what is read after it.
   */
  @Override
  public void discard(long offsetBytes, long lengthBytes, IoCompletion completion) {
    submit(RemoteRequest.Kind.ZERO, offsetBytes, lengthBytes, null, Durability.VISIBLE, completion);
  }

  @Override
  public void flush(IoCompletion completion) {
    loop.submit(
        new RemoteRequest(RemoteRequest.Kind.FLUSH, 0, 0, null, Durability.VISIBLE, completion));
  }

  private void submit(
      RemoteRequest.Kind kind,
      long offsetBytes,
      long lengthBytes,
      ByteBuffer data,
      Durability durability,
      IoCompletion completion) {
    if (!geometry.contains(offsetBytes, lengthBytes)) {
      completion.failed(
          new BlockException(
              BlockException.Kind.OUT_OF_RANGE,
              lengthBytes + " bytes at " + offsetBytes + " of " + geometry.sizeBytes()));
    } else if (lengthBytes == 0) {
      completion.completed();
    } else {
      loop.submit(new RemoteRequest(kind, offsetBytes, lengthBytes, data, durability, completion));
    }
  }

  @Override
  public ProvisioningRun provisioning(long offsetBytes) throws BlockException {
    if (offsetBytes < 0 || offsetBytes >= geometry.sizeBytes()) {
      throw new BlockException(
          BlockException.Kind.OUT_OF_RANGE, offsetBytes + " is beyond " + geometry.sizeBytes());
    }
    return new ProvisioningRun(offsetBytes, geometry.sizeBytes() - offsetBytes, true);
  }

  @Override
  public void close() {
    loop.close();
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

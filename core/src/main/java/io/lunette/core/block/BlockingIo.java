/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;

/**
 * One asynchronous operation, waited for: for importers, tests and jobs, never for an event loop.
 *
 * <p>Not thread-safe; an instance serves one operation.
 */
public final class BlockingIo implements IoCompletion {

  private final CountDownLatch ended = new CountDownLatch(1);
  private BlockException failure;

  private BlockingIo() {}

  /** Reads {@code target.remaining()} bytes. */
  public static void read(BlockDevice device, long offsetBytes, ByteBuffer target)
      throws BlockException {
    BlockingIo io = new BlockingIo();
    device.read(offsetBytes, target, io);
    io.await();
  }

  /** Writes {@code source.remaining()} bytes. */
  public static void write(
      BlockDevice device, long offsetBytes, ByteBuffer source, Durability durability)
      throws BlockException {
    BlockingIo io = new BlockingIo();
    device.write(offsetBytes, source, durability, io);
    io.await();
  }

  /** Makes a range read as zeroes. */
  public static void writeZeroes(
      BlockDevice device,
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability)
      throws BlockException {
    BlockingIo io = new BlockingIo();
    device.writeZeroes(offsetBytes, lengthBytes, provisioning, durability, io);
    io.await();
  }

  /** Gives a range back. */
  public static void discard(BlockDevice device, long offsetBytes, long lengthBytes)
      throws BlockException {
    BlockingIo io = new BlockingIo();
    device.discard(offsetBytes, lengthBytes, io);
    io.await();
  }

  /** Makes completed writes durable. */
  public static void flush(BlockDevice device) throws BlockException {
    BlockingIo io = new BlockingIo();
    device.flush(io);
    io.await();
  }

  @Override
  public void completed() {
    ended.countDown();
  }

  @Override
  public void failed(BlockException cause) {
    failure = cause;
    ended.countDown();
  }

  /** An I/O under way cannot be taken back, so an interrupt is kept for the caller, not obeyed. */
  private void await() throws BlockException {
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
    if (failure != null) {
      throw new BlockException(failure.kind(), failure.getMessage(), failure);
    }
  }
}

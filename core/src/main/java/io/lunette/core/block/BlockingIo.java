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
    await(io -> device.read(offsetBytes, target, io));
  }

  /** Writes {@code source.remaining()} bytes. */
  public static void write(
      BlockDevice device, long offsetBytes, ByteBuffer source, Durability durability)
      throws BlockException {
    await(io -> device.write(offsetBytes, source, durability, io));
  }

  /** Writes {@code source.remaining()} bytes, all or none. */
  public static void writeAtomic(
      BlockDevice device, long offsetBytes, ByteBuffer source, Durability durability)
      throws BlockException {
    await(io -> device.writeAtomic(offsetBytes, source, durability, io));
  }

  /** Makes a range read as zeroes. */
  public static void writeZeroes(
      BlockDevice device,
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability)
      throws BlockException {
    await(io -> device.writeZeroes(offsetBytes, lengthBytes, provisioning, durability, io));
  }

  /** Gives a range back. */
  public static void discard(BlockDevice device, long offsetBytes, long lengthBytes)
      throws BlockException {
    await(io -> device.discard(offsetBytes, lengthBytes, io));
  }

  /** Makes completed writes durable. */
  public static void flush(BlockDevice device) throws BlockException {
    await(device::flush);
  }

  /** Removes from the medium what the device has given up. */
  public static void purge(BlockDevice device) throws BlockException {
    await(io -> device.purge((done, total) -> {}, io));
  }

  /** An operation that is given where it ends. */
  @FunctionalInterface
  public interface Operation {
    void start(IoCompletion completion);
  }

  /** Starts an operation and waits for its end. */
  public static void await(Operation operation) throws BlockException {
    BlockingIo io = new BlockingIo();
    operation.start(io);
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

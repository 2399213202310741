/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.RawDevice;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongPredicate;

/**
 * A device on which writes of data can be made to wait, while those of metadata pages go on, or the
 * reads of one thread.
 */
final class HeldDevice implements RawDevice {

  private static final int LARGE_BYTES = 64 * 1024;

  private final RawDevice device;
  private volatile LongPredicate heldPlaces = offset -> false;
  private volatile CountDownLatch held = new CountDownLatch(0);
  private volatile CountDownLatch writeIsHeld = new CountDownLatch(0);
  private volatile String reader = "";
  private volatile CountDownLatch readMayEnd = new CountDownLatch(0);
  private volatile CountDownLatch readHasBegun = new CountDownLatch(0);

  HeldDevice(RawDevice device) {
    this.device = device;
  }

  void holdLargeWrites() {
    holdLargeWrites(offset -> true);
  }

  /** Those that begin at certain places. */
  void holdLargeWrites(LongPredicate places) {
    heldPlaces = places;
    writeIsHeld = new CountDownLatch(1);
    held = new CountDownLatch(1);
  }

  /** Waits until there is one that waits. */
  void awaitLargeWrite() throws InterruptedException {
    writeIsHeld.await();
  }

  void releaseLargeWrites() {
    held.countDown();
  }

  void holdReadsBy(String thread) {
    readMayEnd = new CountDownLatch(1);
    readHasBegun = new CountDownLatch(1);
    reader = thread;
  }

  /** Waits until the thread has begun to read. */
  void awaitReader() throws InterruptedException {
    readHasBegun.await();
  }

  void releaseReads() {
    readMayEnd.countDown();
  }

  @Override
  public void write(long offset, ByteBuffer source) throws DeviceException {
    if (source.remaining() >= LARGE_BYTES && heldPlaces.test(offset)) {
      writeIsHeld.countDown();
      await(held);
    }
    device.write(offset, source);
  }

  private static void await(CountDownLatch latch) throws DeviceException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new DeviceException("interrupted");
    }
  }

  @Override
  public long sizeBytes() {
    return device.sizeBytes();
  }

  @Override
  public String identity() {
    return device.identity();
  }

  @Override
  public String readBackPath() {
    return device.readBackPath();
  }

  @Override
  public void read(long offset, ByteBuffer target) throws DeviceException {
    if (Thread.currentThread().getName().equals(reader)) {
      readHasBegun.countDown();
      await(readMayEnd);
    }
    device.read(offset, target);
  }

  @Override
  public void readBack(long offset, ByteBuffer target) throws DeviceException {
    device.readBack(offset, target);
  }

  @Override
  public DeviceFeatures probe(long scratchOffset, int scratchBytes) {
    return device.probe(scratchOffset, scratchBytes);
  }

  @Override
  public void zeroRange(long offset, long length) throws DeviceException {
    device.zeroRange(offset, length);
  }

  @Override
  public void punchHole(long offset, long length) throws DeviceException {
    device.punchHole(offset, length);
  }

  @Override
  public void flush() throws DeviceException {
    device.flush();
  }

  @Override
  public void close() {
    device.close();
  }
}

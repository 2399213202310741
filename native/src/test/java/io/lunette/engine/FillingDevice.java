/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.engine.format.JournalFrame;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.map.PageCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A device that, when it is full, takes no page of metadata, and says so of the first no sooner
 * than the ring is full as well.
 */
final class FillingDevice extends PagedDevice {

  private static final long RING = PoolLayout.JOURNAL_EXTENT * PoolLayout.EXTENT_BYTES;
  private static final long RING_BYTES = CrashLife.JOURNAL_EXTENTS * (long) PoolLayout.EXTENT_BYTES;

  private static final int PAGE_MAGIC =
      ByteBuffer.wrap("LNPG".getBytes(StandardCharsets.US_ASCII)).getInt();

  private final CountDownLatch ringFull = new CountDownLatch(1);
  private final AtomicInteger flushes = new AtomicInteger();
  private volatile boolean isFull;

  /** Behind that the ring takes no group any more, for it may need a whole frame. */
  private volatile long lastGroup;

  FillingDevice() {
    super(CrashLife.POOL_BYTES);
  }

  void fillUp() throws IOException {
    long tail = PoolState.read(this, new PageCache(1 << 20)).former().journalTail();
    lastGroup = RING + tail + RING_BYTES - JournalFrame.MAX_FRAME_BYTES;
    isFull = true;
  }

  /** There is space again. */
  void makeSpace() {
    isFull = false;
  }

  @Override
  public void write(long offset, ByteBuffer source) throws DeviceException {
    if (isFull && offset >= RING + RING_BYTES && isPage(source)) {
      try {
        ringFull.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new DeviceException("simulated: no space is left", true);
    }
    if (isFull && offset < RING + RING_BYTES && offset + source.remaining() > lastGroup) {
      ringFull.countDown();
    }
    super.write(offset, source);
  }

  @Override
  public void flush() throws DeviceException {
    flushes.incrementAndGet();
    super.flush();
  }

  int flushes() {
    return flushes.get();
  }

  private static boolean isPage(ByteBuffer source) {
    return source.remaining() == PAGE && source.duplicate().getInt(source.position()) == PAGE_MAGIC;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A number of operations of one kind at given places, of which a number are under way at a time.
 *
 * @param kind what is done
 * @param bytes of one operation
 * @param depth operations under way at a time
 * @param offsets where each of them goes, in order
 */
record Load(Kind kind, int bytes, int depth, long[] offsets) {

  /** What an operation is. */
  enum Kind {
    READ,
    WRITE,
    /** A write that is durable when it ends. */
    WRITE_DURABLY,
    /** A write, and when that has ended a flush: what a file system's fsync comes to. */
    WRITE_AND_FLUSH
  }

  /** Does it all, and returns the nanoseconds that it took. */
  long run(BlockDevice device) throws BlockException {
    Progress progress = new Progress(device);
    long start = System.nanoTime();
    for (int i = 0; i < depth; i++) {
      new Lane(progress).completed();
    }
    progress.await();
    return System.nanoTime() - start;
  }

  private final class Progress {

    private final BlockDevice device;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<BlockException> failure = new AtomicReference<>();
    private final CountDownLatch lanes = new CountDownLatch(depth);

    Progress(BlockDevice device) {
      this.device = device;
    }

    void await() throws BlockException {
      try {
        lanes.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BlockException(BlockException.Kind.INTERNAL, "interrupted", e);
      }
      if (failure.get() != null) {
        throw failure.get();
      }
    }
  }

  /**
   * One operation after the other; the next begins where the one before ends. One that ends before
   * its call returns only marks the loop to go round again, so that they do not nest.
   */
  private final class Lane implements IoCompletion {

    private final Progress progress;
    private final AtomicBoolean submitting = new AtomicBoolean();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
    private boolean isToBeFlushed;

    Lane(Progress progress) {
      this.progress = progress;
      for (int i = 0; i < bytes; i += Long.BYTES) {
        buffer.putLong(i, System.identityHashCode(this) * 0x9e3779b97f4a7c15L + i);
      }
    }

    @Override
    public void completed() {
      if (submitting.getAndSet(false)) {
        return;
      }
      do {
        submitting.set(true);
        if (!submit()) {
          return;
        }
      } while (!submitting.getAndSet(false));
    }

    /** False if there is no more to do. */
    private boolean submit() {
      if (isToBeFlushed) {
        isToBeFlushed = false;
        progress.device.flush(this);
        return true;
      }
      int at = progress.next.getAndIncrement();
      if (at >= offsets.length || progress.failure.get() != null) {
        progress.lanes.countDown();
        return false;
      }
      switch (kind) {
        case READ -> progress.device.read(offsets[at], buffer, this);
        case WRITE -> progress.device.write(offsets[at], buffer, Durability.VISIBLE, this);
        case WRITE_AND_FLUSH -> {
          isToBeFlushed = true;
          progress.device.write(offsets[at], buffer, Durability.VISIBLE, this);
        }
        case WRITE_DURABLY -> progress.device.write(offsets[at], buffer, Durability.DURABLE, this);
      }
      return true;
    }

    @Override
    public void failed(BlockException cause) {
      progress.failure.compareAndSet(null, cause);
      progress.lanes.countDown();
    }
  }
}

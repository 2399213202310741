/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Aligned buffers of one size, of which a few are kept for the next who takes one: to allocate one
 * zeroes it, and the collector is what frees it. Who finds none kept gets a new one, so nobody
 * waits. Lock-free; thread-safe.
 */
public final class AlignedBufferPool {

  private final int bufferBytes;
  private final AtomicReferenceArray<ByteBuffer> kept;

  /**
   * An empty pool.
   *
   * @param bufferBytes size of each buffer
   * @param keptMax buffers to keep at most
   */
  public AlignedBufferPool(int bufferBytes, int keptMax) {
    this.bufferBytes = bufferBytes;
    this.kept = new AtomicReferenceArray<>(keptMax);
  }

  /** Size of each buffer. */
  public int bufferBytes() {
    return bufferBytes;
  }

  /** A cleared buffer of undefined content, the caller's own until {@link #give}. */
  public ByteBuffer take() {
    for (int i = 0; i < kept.length(); i++) {
      ByteBuffer buffer = kept.get(i) == null ? null : kept.getAndSet(i, null);
      if (buffer != null) {
        return buffer.clear();
      }
    }
    return AlignedBuffers.allocate(bufferBytes);
  }

  /** Takes back what {@link #take} gave; nobody may use it, or a slice of it, any more. */
  public void give(ByteBuffer buffer) {
    for (int i = 0; i < kept.length(); i++) {
      if (kept.compareAndSet(i, null, buffer)) {
        return;
      }
    }
  }
}

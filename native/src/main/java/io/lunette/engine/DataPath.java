/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;

/** What the reads and writes of all volumes of a pool go through. */
record DataPath(LayerDevice device, Metadata metadata, ExtentAllocator allocator, CommitLog log) {

  /**
   * Waits until bytes that the device holds may be overwritten: a commit that is still to come
   * vouches for them no more, and one that has come is followed by another.
   */
  void awaitChangeable(long offset, int length) throws BlockException {
    if (!metadata.vouched.touches(offset, length)) {
      return;
    }
    int committed;
    metadata.lock.lock();
    try {
      VouchedBlocks vouched = metadata.vouched;
      committed = vouched.count(offset, length, metadata.pendingSums());
      if (committed < vouched.count(offset, length, VouchedBlocks.NONE)) {
        metadata.needData();
      }
    } finally {
      metadata.lock.unlock();
    }
    if (committed > 0) {
      log.commitAnother();
    }
  }

  /**
   * After a failed write: what may have reached the device must be scrubbed with the rest.
   *
   * @param failure of the write; is told of what fails here too
   * @param taken whether the extent was new, and no map names it
   */
  void distrust(Throwable failure, Layer layer, long physical, boolean taken) {
    try {
      distrust(layer, physical, taken);
    } catch (IOException | RuntimeException | Error e) {
      PoolFailure.alsoFailed(failure, e);
    }
  }

  /** Stops the pool where that is not to be had: in no layer, the extent is scrubbed with none. */
  private void requireDroppable(Layer layer) throws IOException {
    try {
      layer.requireDroppable();
    } catch (FormatException e) {
      // The layer's own scrub meets that, too.
      throw e;
    } catch (IOException | RuntimeException | Error e) {
      log.fail(e instanceof IOException io ? io : new IOException(e));
      throw e;
    }
  }

  private void distrust(Layer layer, long physical, boolean taken) throws IOException {
    if (taken) {
      requireDroppable(layer);
    }
    metadata.lock.lock();
    int before = metadata.pendingBytes();
    try {
      if (taken) {
        metadata.drop(layer, physical, PoolLayout.FULL_MASK);
        metadata.space.settle(physical);
      } else if (!layer.slot.suspect()) {
        metadata.chains.setSuspect(layer);
      }
    } catch (RuntimeException | Error e) {
      metadata.stopped(before, e);
      throw e;
    } finally {
      metadata.lock.unlock();
    }
  }
}

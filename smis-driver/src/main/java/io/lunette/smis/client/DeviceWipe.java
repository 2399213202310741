/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Overwrites a device from end to end and reads it back, with several transfers under way. Used by
 * one thread.
 */
final class DeviceWipe {

  private static final int STEP_BYTES = 1 << 20;
  private static final int DEPTH = 8;

  private final BlockDevice device;
  private final long sizeBytes;
  private final LongConsumer progress;
  private final BooleanSupplier cancelled;
  private long done;

  DeviceWipe(BlockDevice device, LongConsumer progress, BooleanSupplier cancelled) {
    this.device = device;
    this.sizeBytes = device.geometry().sizeBytes();
    this.progress = progress;
    this.cancelled = cancelled;
  }

  /** Writes the passes of a request, then zeroes; durable on return. */
  void overwrite(EraseRequest request) throws BlockException {
    for (int pass = 0; pass < request.passes().count(); pass++) {
      fill(request.passes().byteOf(pass), false);
    }
    fill((byte) 0, request.method() == EraseMethod.WRITE_ZEROES_OFFLOAD);
  }

  private void fill(byte value, boolean offload) throws BlockException {
    ByteBuffer source = ByteBuffer.allocateDirect(STEP_BYTES);
    while (source.hasRemaining()) {
      source.put(value);
    }
    Transfers transfers = new Transfers();
    for (long offset = 0; offset < sizeBytes; offset += STEP_BYTES) {
      int length = (int) Math.min(STEP_BYTES, sizeBytes - offset);
      IoCompletion end = transfers.begin();
      if (offload) {
        device.writeZeroes(offset, length, Provisioning.KEEP, Durability.VISIBLE, end);
      } else {
        device.write(offset, source.slice(0, length), Durability.VISIBLE, end);
      }
      step(length);
    }
    transfers.await();
    BlockingIo.flush(device);
  }

  private void step(int bytes) {
    done += bytes;
    progress.accept(done);
    if (cancelled.getAsBoolean()) {
      throw new CancellationException("cancelled");
    }
  }

  /**
   * Reads back what the sample takes.
   *
   * @return how many bytes were read and are zero, or -1 if some are not
   */
  long readBack(EraseSample sample) throws BlockException {
    long read = 0;
    ByteBuffer target = ByteBuffer.allocateDirect(STEP_BYTES);
    for (long offset = 0; offset < sizeBytes; offset += STEP_BYTES) {
      int length = (int) Math.min(STEP_BYTES, sizeBytes - offset);
      if (sample.takes(offset / STEP_BYTES)) {
        ByteBuffer piece = target.slice(0, length);
        BlockingIo.read(device, offset, piece);
        if (!isZero(piece)) {
          return -1;
        }
        read += length;
      }
      step(length);
    }
    return read;
  }

  /** Makes a range read as zeroes, writing only where it does not. */
  static void ensureZero(BlockDevice device, long from, long to) throws BlockException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(STEP_BYTES);
    ByteBuffer zeroes = ByteBuffer.allocateDirect(STEP_BYTES);
    boolean wrote = false;
    for (long offset = from; offset < to; offset += STEP_BYTES) {
      int length = (int) Math.min(STEP_BYTES, to - offset);
      ByteBuffer piece = buffer.slice(0, length);
      BlockingIo.read(device, offset, piece);
      if (!isZero(piece)) {
        BlockingIo.write(device, offset, zeroes.slice(0, length), Durability.VISIBLE);
        wrote = true;
      }
    }
    if (wrote) {
      BlockingIo.flush(device);
    }
  }

  private static boolean isZero(ByteBuffer piece) {
    for (int i = 0; i < piece.limit(); i += Long.BYTES) {
      if (piece.getLong(i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Writes that are under way, at most so many. */
  private static final class Transfers {

    private final Semaphore free = new Semaphore(DEPTH);
    private final AtomicReference<BlockException> failure = new AtomicReference<>();

    IoCompletion begin() throws BlockException {
      free.acquireUninterruptibly();
      check();
      return new IoCompletion() {
        @Override
        public void completed() {
          free.release();
        }

        @Override
        public void failed(BlockException cause) {
          failure.compareAndSet(null, cause);
          free.release();
        }
      };
    }

    void await() throws BlockException {
      free.acquireUninterruptibly(DEPTH);
      check();
    }

    private void check() throws BlockException {
      BlockException first = failure.get();
      if (first != null) {
        throw new BlockException(first.kind(), first.getMessage(), first);
      }
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

import java.nio.ByteBuffer;

/**
 * A random-access array of logical blocks.
 *
 * <p>Every operation is asynchronous: it returns at once and ends in exactly one call of its {@link
 * IoCompletion}, either on the calling thread before the method returns or later on a thread of the
 * device. A completion must not block. Offsets and lengths are bytes and multiples of {@link
 * BlockGeometry#logicalBlockBytes()}; anything else ends in {@link
 * BlockException.Kind#OUT_OF_RANGE}. A length of zero completes successfully and does nothing.
 *
 * <p>Buffers are direct, and are the device's from the call to the completion: it transfers {@code
 * remaining()} bytes from the buffer's position and leaves position and limit alone. An
 * implementation neither reads nor writes a buffer after it has completed the operation.
 *
 * <p>Thread-safe. Operations under way at the same time are not ordered; a write and an overlapping
 * operation that was started after the write's completion are. A logical block is never seen torn.
 */
public interface BlockDevice extends AutoCloseable {

  /** Size and block sizes. The size may grow or shrink between calls when the volume is resized. */
  BlockGeometry geometry();

  /** What this device can do, and what of it is cheap. Fixed while the device is open. */
  BlockFeatures features();

  /** Fills {@code target} from {@code offsetBytes}. */
  void read(long offsetBytes, ByteBuffer target, IoCompletion completion);

  /**
   * Writes {@code source} at {@code offsetBytes}.
   *
   * @param durability whether completion means that these bytes survive a crash
   */
  void write(long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion);

  /**
   * Writes {@code source} at {@code offsetBytes}, all of it or nothing: after any crash the range
   * holds either what it held before or these bytes, and so it does for every reader at any time.
   * If it fails, nothing was written; but after a {@link BlockException.Kind#MEDIUM_WRITE} or an
   * {@link BlockException.Kind#OUT_OF_SPACE} of a durable write either may be found.
   *
   * <p>More than {@link BlockFeatures#atomicWriteBytes()} ends in {@link
   * BlockException.Kind#UNSUPPORTED}.
   *
   * @param durability whether completion means that these bytes survive a crash
   */
  default void writeAtomic(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    completion.failed(
        new BlockException(
            BlockException.Kind.UNSUPPORTED, "this device has no atomic write of several blocks"));
  }

  /**
   * Makes the range read as zeroes. Space is given back where {@code provisioning} allows it and
   * the device can.
   */
  void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion);

  /**
   * Gives the range back. It reads as zeroes afterwards when {@link BlockFeatures#discardZeroes()},
   * whatever lies below in a chain of layers.
   */
  void discard(long offsetBytes, long lengthBytes, IoCompletion completion);

  /** Makes every write that completed before this call durable. */
  void flush(IoCompletion completion);

  /**
   * Removes from the medium what was written to this device and given up before this call: by
   * discards, by zeroes that released space, by atomic writes that took other space, by a roll-back
   * or a smaller size. Ends when it has been overwritten, read back and made durable, and the
   * writes that completed before the call with it; that takes as long as there is to write. What
   * the device still holds, or a clone or snapshot of it, stays.
   *
   * <p>Ends in {@link BlockException.Kind#UNSUPPORTED} unless {@link BlockFeatures#purges()}. It is
   * not among the operations that {@link #close()} waits for: it goes on and ends without it.
   *
   * @param progress is told now and then, as far as the device knows
   */
  default void purge(PurgeProgress progress, IoCompletion completion) {
    completion.failed(
        new BlockException(
            BlockException.Kind.UNSUPPORTED,
            "this device does not know where what was discarded lies"));
  }

  /**
   * Makes everything unreadable that was written to this device, at once and whatever its size, by
   * destroying the key that it was enciphered with; it reads as zeroes afterwards and has another
   * key. Ends when the key is gone and the zeroes are durable; what lies enciphered on the medium
   * is overwritten later. No write may be under way.
   *
   * <p>Ends in {@link BlockException.Kind#UNSUPPORTED} unless {@link BlockFeatures#cryptoErases()},
   * and where a snapshot or clone needs the key. It is not among the operations that {@link
   * #close()} waits for.
   */
  default void cryptoErase(IoCompletion completion) {
    completion.failed(
        new BlockException(BlockException.Kind.UNSUPPORTED, "this device has no key to destroy"));
  }

  /**
   * The longest run from {@code offsetBytes} on that is wholly provisioned or wholly not (SBC-3 GET
   * LBA STATUS). Does no I/O on data; may do so on metadata, so not for an event loop's hot path.
   *
   * @throws BlockException OUT_OF_RANGE if the offset is beyond the end
   */
  ProvisioningRun provisioning(long offsetBytes) throws BlockException;

  /** Waits for operations under way, then releases the device. Later operations end in GONE. */
  @Override
  void close();
}

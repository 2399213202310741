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
